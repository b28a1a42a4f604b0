"""Prints what a URL answers."""
import sys, urllib.request
method = sys.argv[2] if len(sys.argv) > 2 else 'GET'
print(urllib.request.urlopen(urllib.request.Request(sys.argv[1], method=method), timeout=10).read().decode())

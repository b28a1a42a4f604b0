"""Reads streams of YAML by PyYAML: takes a list of streams as JSON, and writes, for each, the documents that are in it
as {"documents": [...]}, or {"error": "..."}.

    read.py pyyaml|libyaml
"""
import json
import sys

import yaml

LOADERS = {"pyyaml": yaml.SafeLoader, "libyaml": yaml.CSafeLoader}


def demand_json(value):
    """Python's JSON has texts of keys that are none, and numbers that JSON has not."""
    if isinstance(value, dict):
        for key, field in value.items():
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is a {type(key).__name__}")
            demand_json(field)
    elif isinstance(value, list):
        for item in value:
            demand_json(item)


def read(stream, loader):
    try:
        documents = list(yaml.load_all(stream, loader))
        demand_json(documents)
        json.dumps(documents, allow_nan=False)
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"documents": documents}


loader = LOADERS[sys.argv[1]]
json.dump([read(stream, loader) for stream in json.load(sys.stdin)], sys.stdout)

"""Sends traces by OTLP over HTTP, each span in a request of its own, and says which statuses came back.
   spans.py URL PREFIX TRACES SPANS [BYTES]: trace IDs begin with PREFIX, two hexadecimal digits; each span has an error,
   and an attribute of BYTES."""
import collections, json, sys, time, urllib.error, urllib.request

url, prefix, traces, spans = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
filler = "x" * int(sys.argv[5] if len(sys.argv) > 5 else 0)


def send(trace, span):
    now = time.time_ns()
    record = {
        "traceId": prefix + format(trace + 1, "030x"),
        "spanId": format(span + 1, "016x"),
        "parentSpanId": "" if span == 0 else format(1, "016x"),
        "name": "GET /orders",
        "kind": 2 if span == 0 else 1,
        "startTimeUnixNano": str(now - 20_000_000),
        "endTimeUnixNano": str(now),
        "attributes": [{"key": "filler", "value": {"stringValue": filler}}],
        "status": {"code": 2},
    }
    name = {"key": "service.name", "value": {"stringValue": "backend"}}
    body = {"resourceSpans": [{"resource": {"attributes": [name]}, "scopeSpans": [{"spans": [record]}]}]}
    request = urllib.request.Request(url + "/v1/traces", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


statuses = collections.Counter(send(trace, span) for span in range(spans) for trace in range(traces))
print(json.dumps(statuses))
sys.exit(0 if 200 in statuses else 1)

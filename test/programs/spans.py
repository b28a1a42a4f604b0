"""Sends traces by OTLP over HTTP, and says which statuses came back.
   spans.py URL PREFIX TRACES SPANS [TOGETHER [BYTES]]: trace IDs begin with PREFIX, two hexadecimal digits; TOGETHER spans
   go in one request, the first of all traces before the second; each has an error, and an attribute of BYTES."""
import collections, json, sys, time, urllib.error, urllib.request

url, prefix = sys.argv[1:3]
traces, spans, together, size = (int(given) for given in (sys.argv[3:] + ["1", "0"][len(sys.argv) - 5 :])[:4])


def attribute(key, value):
    return {"key": key, "value": {"stringValue": value}}


def span_of(trace, span):
    now = time.time_ns()
    return {
        "traceId": prefix + format(trace + 1, "030x"),
        "spanId": format(span + 1, "016x"),
        "parentSpanId": "" if span == 0 else format(1, "016x"),
        "name": "GET /orders",
        "kind": 2 if span == 0 else 1,
        "startTimeUnixNano": str(now - 20_000_000),
        "endTimeUnixNano": str(now),
        "attributes": [
            attribute("http.request.method", "GET"),
            attribute("http.response.status_code", "500"),
            attribute("filler", "x" * size),
        ],
        "status": {"code": 2},
    }


def send(records):
    resource = {"attributes": [attribute("service.name", "backend"), attribute("service.instance.id", "backend-0")]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": records}]}]}
    request = urllib.request.Request(url + "/v1/traces", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


every = [(trace, span) for span in range(spans) for trace in range(traces)]
groups = [every[first : first + together] for first in range(0, len(every), together)]
statuses = collections.Counter(send([span_of(*each) for each in group]) for group in groups)
print(json.dumps(statuses))
sys.exit(0 if 200 in statuses else 1)

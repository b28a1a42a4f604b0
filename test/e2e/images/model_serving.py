"""What the stand-ins of model servers share. They read the configuration that is generated, refuse to start where a
model's files are not there, open the ports, answer their probes and requests, and count those."""
import collections
import json
import os
import re
import signal
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

counts = collections.Counter()


def options():
    """The arguments --name=value, by name."""
    return dict(argument[2:].partition('=')[::2] for argument in sys.argv[1:])


def message(file):
    """A protobuf message in the text format: the values of each field in a list, messages as this one."""
    with open(file, encoding='utf-8') as text:
        tokens = iter(re.findall(r'#.*|"[^"]*"|[{}]|[^\s{}:"]+', text.read()))

    def scalar(value):
        return json.loads(value) if value[0] in '"-0123456789' else value

    def fields():
        found = collections.defaultdict(list)
        for name in tokens:
            if name == '}':
                break
            if not name.startswith('#'):
                value = next(tokens)
                found[name].append(fields() if value == '{' else scalar(value))
        return found

    return fields()


def demand(holds, problem):
    if not holds:
        sys.exit(problem)


def count(name, value=1, **labels):
    """Adds to what is on /metrics."""
    counts[f'{name}{{{",".join(f"{label}={json.dumps(str(of))}" for label, of in labels.items())}}}'] += value


def metrics(_method, path, _body):
    parts('/metrics', path)
    return all_counts()


def all_counts():
    return ''.join(f'{series} {value}\n' for series, value in sorted(counts.items()))


class NotFound(Exception):
    pass


def known(things, key):
    if key not in things:
        raise NotFound(f'there is no {key}')
    return things[key]


def parts(pattern, path):
    """What the groups of a pattern find in a path."""
    found = re.fullmatch(pattern, path)
    if found is None:
        raise NotFound(f'there is no {path}')
    return found.groups()


def serve_http(port, answer, host=''):
    """Answers with what answer(method, path, body) returns, with 404 where it knows nothing of that name, and with 400
    where the body is not as it must be."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def answer(self):
            body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
            try:
                status, said = 200, answer(self.command, self.path.partition('?')[0], body)
            except NotFound as problem:
                status, said = 404, {'error': str(problem)}
            except (AssertionError, KeyError, TypeError, ValueError) as problem:
                status, said = 400, {'error': str(problem)}
            kind = {str: 'text/plain', bytes: 'application/octet-stream'}.get(type(said), 'application/json')
            sent = said if isinstance(said, bytes) else (said if isinstance(said, str) else json.dumps(said)).encode()
            self.send_response(status)
            for name, value in (('Content-Type', kind), ('Content-Length', len(sent))):
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            pass

        do_GET = do_POST = do_PUT = answer

    listen(ThreadingHTTPServer((host, port), Handler))


class Silent(socketserver.BaseRequestHandler):
    """Opens a port, and no more."""

    def handle(self):
        pass


class Serving(socketserver.StreamRequestHandler):
    """Answers every call of gRPC as a server that is SERVING answers grpc.health.v1.Health/Check: in HTTP/2, without a
    look at the headers. https://www.rfc-editor.org/rfc/rfc9113.html#name-frame-format"""

    DATA, HEADERS, SETTINGS, PING, GOAWAY = 0, 1, 4, 6, 7
    END_STREAM, ACK, END_HEADERS = 1, 1, 4

    def handle(self):
        self.rfile.read(len('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))
        self.send(self.SETTINGS)
        while len(head := self.rfile.read(9)) == 9:
            kind, flags, stream = head[3], head[4], int.from_bytes(head[5:])
            payload = self.rfile.read(int.from_bytes(head[:3]))
            if kind == self.GOAWAY:
                break
            if kind in (self.SETTINGS, self.PING) and not flags & self.ACK:
                self.send(kind, self.ACK, payload=payload if kind == self.PING else b'')
            elif kind in (self.DATA, self.HEADERS) and flags & self.END_STREAM:
                # 0x88 is ":status: 200". In the message, of two bytes, the first field is 1.
                self.send(self.HEADERS, self.END_HEADERS, stream, b'\x88' + field('content-type', 'application/grpc'))
                self.send(self.DATA, 0, stream, b'\0\0\0\0\2' + b'\x08\1')
                self.send(self.HEADERS, self.END_HEADERS | self.END_STREAM, stream, field('grpc-status', '0'))

    def send(self, kind, flags=0, stream=0, payload=b''):
        self.wfile.write(len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload)


def field(name, value):
    """A header as it is, for no table: https://www.rfc-editor.org/rfc/rfc7541.html#section-6.2.2"""
    return b'\0' + b''.join(bytes([len(text)]) + text.encode() for text in (name, value))


class Ports(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, *_):
        """Whoever only looks whether the port is open hangs up."""


def serve_grpc(port, handler=Silent, host=''):
    listen(Ports((host, port), handler))


def listen(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()


def until_terminated():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Event().wait()

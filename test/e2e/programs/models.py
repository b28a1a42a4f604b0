"""Answers as a server of the Open Inference Protocol does, on port 8000, with the name of its pod and a moment's delay."""
import http.server, json, os, time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_): pass

    def answer(self):
        self.rfile.read(int(self.headers.get('content-length') or 0))
        time.sleep(0.02)
        body = json.dumps({'path': self.path, 'pod': os.environ['HOSTNAME']}).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer


http.server.ThreadingHTTPServer(('', 8000), Handler).serve_forever()

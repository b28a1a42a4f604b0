"""In the place of Elasticsearch, so far as Jaeger needs it to start: says its version, takes templates and bulks, finds nothing."""
import http.server, json


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("_bulk"):
            self.reply({"took": 1, "errors": False, "items": []})
        elif "_search" in self.path:
            self.reply({"error": "nothing is here"}, 404)
        else:
            self.reply({"acknowledged": True, "version": {"number": "9.5.3"}, "tagline": "You Know, for Search"})

    def reply(self, body, status=200):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = answer


http.server.ThreadingHTTPServer(("127.0.0.1", 9200), Handler).serve_forever()

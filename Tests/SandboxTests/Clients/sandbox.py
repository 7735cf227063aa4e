"""What the scripts share: where the sandbox is, its control routes, and the shop's side of a webhook."""

import json
import os
import threading
import unittest
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = os.environ["SANDBOX_URL"]
SMTP_PORT = int(os.environ["SANDBOX_SMTP_PORT"])


def call(method, path, body=None):
    """A control route's answer."""
    data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read().decode()
    return json.loads(text) if answer.headers["content-type"].startswith("application/json") else text


class Receiver:
    """Takes webhooks and keeps them."""

    def __init__(self):
        self.hooks = []
        self.arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
                with receiver.arrived:
                    receiver.hooks.append((dict(self.headers), body))
                    receiver.arrived.notify_all()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, wanted, seconds=30):
        """The first hooks that satisfy a condition on all that came."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: wanted(self.hooks), seconds):
                raise AssertionError("what was waited for never came: %r" % [body[:200] for _, body in self.hooks])
            return list(self.hooks)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class SandboxTest(unittest.TestCase):
    maxDiff = None

    def tearDown(self):
        call("DELETE", "/_sandbox/faults")

    def misbehave(self, *faults):
        call("PUT", "/_sandbox/faults", {"faults": list(faults)})

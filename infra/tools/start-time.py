#!/usr/bin/env python3
"""How long a function takes from exec to its first answer, in a runtime of Lambda's that is played here.

    infra/tools/start-time.py RUNS BINARY [BINARY ...]

Asks each binary in turn for /v1/openapi.json (a function that answers without a store, such as `lookup`), in a
process of its own each time, and prints size, size in a zip, and the times. By hand only: it judges nothing.
"""

import http.server
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import zlib

EVENT = json.dumps({
    "version": "2.0", "rawPath": "/v1/openapi.json", "rawQueryString": "", "headers": {"host": "localhost"},
    "requestContext": {
        "apiId": "a", "stage": "$default", "timeEpoch": 0,
        "http": {"method": "GET", "path": "/v1/openapi.json", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "m"},
    },
    "isBase64Encoded": False,
}).encode()


class Runtime(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.server.given:
            # Nothing more to do until the function is ended.
            self.server.over.wait()
            return
        self.server.given = True
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "r-1")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 60_000))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:f")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(EVENT)))
        self.end_headers()
        self.wfile.write(EVENT)

    def do_POST(self):
        self.server.at = time.perf_counter()
        chunked = self.headers.get("Transfer-Encoding") == "chunked"
        self.server.answer = self.chunks() if chunked else self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.answered.set()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    given = False
    at = 0.0
    answer = b""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Runtime)
        self.answered = threading.Event()
        self.over = threading.Event()

    def handle_error(self, *_):
        """A function that is ended takes its connection with it."""


def start(binary):
    # One each, so that no process answers for another.
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}", "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s", "PUSHES_TABLE": "p", "ACCESS_KEYS_TABLE": "a", "PATH": os.environ["PATH"],
    }
    began = time.perf_counter()
    process = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL)
    try:
        if not server.answered.wait(20):
            sys.exit(f"{binary} gave no answer")
        if json.loads(server.answer).get("statusCode") != 200:
            sys.exit(f"{binary}: {server.answer[:200]}")
        return (server.at - began) * 1000
    finally:
        process.kill()
        process.wait()
        server.over.set()
        server.shutdown()
        server.server_close()


def main():
    runs, binaries = int(sys.argv[1]), sys.argv[2:]
    times = {binary: [] for binary in binaries}
    for _ in range(runs + 1):
        for binary in binaries:
            times[binary].append(start(binary))
    for binary, taken in times.items():
        with open(binary, "rb") as file:
            content = file.read()
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = len(packer.compress(content)) + len(packer.flush())
        taken = sorted(taken[1:])
        print(f"{binary}: {len(content):,} bytes, {packed:,} packed; {runs} starts: median {statistics.median(taken):.1f} ms, "
              f"fastest {taken[0]:.1f}, slowest {taken[-1]:.1f}")


if __name__ == "__main__":
    main()

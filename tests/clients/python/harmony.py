"""PyJWT and cryptography, on both sides of a HarmonyOS token.

As the judge it is a small HTTPS server that stands where Push Kit would: it verifies the token of every request
with PyJWT, answers that all is well, and reports what it read. As the signer it makes such a token with PyJWT and
sends a request with it.
"""

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import requests

from orders import serve

AUDIENCE = "https://oauth-login.cloud.huawei.com/oauth2/v3/token"


class Judge(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    public_key = None
    issuer = None
    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        token = self.headers["authorization"].removeprefix("Bearer ")
        report = {"path": self.path, "push_type": self.headers["push-type"], "body": json.loads(body)}
        try:
            report["header"] = jwt.get_unverified_header(token)
            report["claims"] = jwt.decode(
                token,
                self.public_key,
                algorithms=["PS256"],
                audience=AUDIENCE,
                issuer=self.issuer,
                options={"require": ["aud", "iss", "iat", "exp"], "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            report["error"] = repr(error)
        self.seen.append(report)
        answer = b'{"code":"80000000","msg":"Success","requestId":"157"}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def stand(certificate):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def send(order):
    now = int(time.time())
    claims = {"aud": AUDIENCE, "iss": order["issuer"], "iat": now, "exp": now + 3600}
    token = jwt.encode(claims, order["private_key"], algorithm=order["algorithm"], headers={"kid": order["key_id"]})
    response = requests.post(
        order["url"],
        json=order["body"],
        headers={"Authorization": "Bearer " + token, "push-type": "0"},
        verify=order["ca"],
        timeout=20,
    )
    return {"status": response.status_code, "code": response.json()["code"]}


def answer(order):
    if order["do"] == "serve":
        return {"port": stand(order["certificate"])}
    if order["do"] == "seen":
        return {"seen": Judge.seen}
    return send(order)


def set_up(settings):
    Judge.public_key = settings.get("public_key")
    Judge.issuer = settings.get("issuer")
    return answer


serve(set_up)

"""pywebpush, and http-ece, which it encrypts with. The endpoint of the subscription leads them to the simulator, and
`REQUESTS_CA_BUNDLE` says whom they trust. http-ece also reads what our own client encrypted, and PyJWT verifies what it
signed."""

import base64
import os
import time

import http_ece
import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from orders import serve

SUBJECT = {"sub": "mailto:ops@example.com"}


def set_up(settings):
    os.environ["REQUESTS_CA_BUNDLE"] = settings.get("ca", "")
    vapid = Vapid02()
    vapid.generate_keys()
    orders = {"keys": keys, "push": push, "encrypt": encrypt, "decrypt": decrypt, "verify": verify}
    return lambda order: orders[order.pop("what")](vapid, **order)


def keys(vapid):
    public = vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"publicKey": base64.urlsafe_b64encode(public).decode().rstrip("=")}


def push(vapid, subscription, text, headers, ttl=0, claims=None):
    try:
        answer = webpush(subscription, text, vapid, {**SUBJECT, **(claims or {})}, ttl=ttl, headers=headers)
    except WebPushException as error:
        return {"status": error.response.status_code}
    return {"status": answer.status_code}


def encrypt(vapid, subscription, text, headers, record_size):
    body = http_ece.encrypt(
        text.encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=octets(subscription["keys"]["p256dh"]),
        auth_secret=octets(subscription["keys"]["auth"]),
        rs=record_size,
    )
    origin = "/".join(subscription["endpoint"].split("/")[:3])
    signed = vapid.sign({**SUBJECT, "aud": origin})
    headers = {"Content-Encoding": "aes128gcm", **headers, **signed}
    return {"status": requests.post(subscription["endpoint"], body, headers=headers, timeout=20).status_code}


def decrypt(_, body, key, auth):
    private = ec.derive_private_key(int.from_bytes(octets(key), "big"), ec.SECP256R1())
    return {"text": http_ece.decrypt(octets(body), private_key=private, auth_secret=octets(auth)).decode()}


def verify(_, authorization, audience):
    told = dict(part.strip().split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(told["k"]))
    options = {"require": ["aud", "exp", "sub"], "strict_aud": True}
    try:
        claims = jwt.decode(told["t"], key, algorithms=["ES256"], audience=audience, options=options)
    except jwt.PyJWTError as error:
        return {"error": type(error).__name__}
    return {"key": told["k"], "claims": claims, "left_s": int(claims["exp"] - time.time())}


def octets(text):
    """Base64 of either alphabet, padded or not."""
    return base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "==")


serve(set_up)

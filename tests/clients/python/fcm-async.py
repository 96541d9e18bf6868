"""async-firebase, over HTTP/2. Its class attribute `BASE_URL` and the constant `TOKEN_URL` of the module that logs in
lead it to the simulator, and `SSL_CERT_FILE` says whom it trusts."""

import asyncio
import os

import async_firebase._credentials
from async_firebase import AsyncFirebaseClient
from async_firebase.messages import AndroidConfig, APNSConfig, Message, Notification, WebpushConfig

from orders import serve


def set_up(settings):
    os.environ["SSL_CERT_FILE"] = settings["ca"]
    async_firebase._credentials.TOKEN_URL = settings["url"] + "/token"
    client = AsyncFirebaseClient(use_http2=True)
    client.BASE_URL = settings["url"]
    client.creds_from_service_account_info({**settings["account"], "token_uri": settings["url"] + "/token"})
    loop = asyncio.new_event_loop()
    return lambda order: loop.run_until_complete(send(client, order))


async def send(client, order):
    batch = await client.send_each([message(order, target) for target in order["to"]])
    return [{"id": sent.message_id} if sent.success else report(sent.exception) for sent in batch.responses]


def message(order, target):
    tag = order["tag"]
    return Message(
        **target,
        notification=Notification(title=order["title"], body=order["body"]),
        android=AndroidConfig.build(priority="high", ttl=86400, collapse_key=tag, tag=tag, default_sound=order["loud"]),
        apns=APNSConfig.build(priority="high", collapse_key=tag, title=order["title"]),
        webpush=WebpushConfig.build(data={}, title=order["title"], tag=tag, silent=not order["loud"]),
    )


def report(error):
    return {"error": type(error).__name__, "message": str(error)}


serve(set_up)

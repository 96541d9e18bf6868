"""firebase-admin. Its class attribute `FCM_URL` and the account's `token_uri` lead it to the simulator, and
`REQUESTS_CA_BUNDLE` says whom it trusts."""

import os

import firebase_admin
from firebase_admin import credentials, exceptions, messaging

from orders import serve


def set_up(settings):
    os.environ["REQUESTS_CA_BUNDLE"] = settings["ca"]
    messaging._MessagingService.FCM_URL = settings["url"] + "/v1/projects/{0}/messages:send"
    account = {**settings["account"], "token_uri": settings["url"] + "/token"}
    firebase_admin.initialize_app(credentials.Certificate(account))
    return send


def send(order):
    try:
        batch = messaging.send_each([message(order, target) for target in order["to"]])
    except exceptions.FirebaseError as error:
        return [report(error)]
    return [{"id": sent.message_id} if sent.success else report(sent.exception) for sent in batch.responses]


def message(order, target):
    own = messaging.AndroidNotification(tag=order["tag"], default_sound=order["loud"])
    return messaging.Message(
        **target,
        notification=messaging.Notification(title=order["title"], body=order["body"]),
        android=messaging.AndroidConfig(priority="high", ttl=86400, collapse_key=order["tag"], notification=own),
        apns=messaging.APNSConfig(headers={"apns-collapse-id": order["tag"], "apns-priority": "10"}),
        webpush=messaging.WebpushConfig(
            headers={"Topic": order["tag"], "TTL": "86400"},
            notification=messaging.WebpushNotification(title=order["title"], tag=order["tag"], silent=not order["loud"]),
        ),
    )


def report(error):
    return {"error": type(error).__name__, "message": str(error)}


serve(set_up)

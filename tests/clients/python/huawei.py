"""python-huawei-push-admin, by its documented arguments only.

`token_server`, `push_open_url` and `verify_peer` lead it to the simulator.
"""

import sys
import types

# The package was published with the folder of its source tree in its imports (`from src.push_admin import ..`).
# This gives that folder's name a meaning; the package itself is as it was published.
src = types.ModuleType("src")
src.__path__ = sys.path
sys.modules["src"] = src

from src import push_admin  # noqa: E402
from src.push_admin import messaging  # noqa: E402

from orders import serve  # noqa: E402


def set_up(settings):
    push_admin.initialize_app(
        settings["app_id"],
        settings["secret"],
        token_server=settings["url"] + "/oauth2/v3/token",
        push_open_url=settings["url"],
    )
    return lambda order: send(order, settings["ca"])


def send(order, ca):
    notification = messaging.AndroidNotification(
        title=order["title"],
        body=order["body"],
        notify_id=order["notify_id"],
        importance=order["importance"],
        click_action=messaging.AndroidClickAction(action_type=3),
        foreground_show=True,
    )
    message = messaging.Message(
        android=messaging.AndroidConfig(ttl="86400s", notification=notification),
        token=order["tokens"],
    )
    try:
        response = messaging.send_message(message, verify_peer=ca)
    except messaging.ApiCallError as error:
        return {"error": str(error)}
    return {"code": response.code, "reason": response.reason, "request_id": response.requestId}


serve(set_up)

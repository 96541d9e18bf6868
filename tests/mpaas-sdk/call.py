"""Makes calls with Alibaba Cloud's own Python clients, and tells what became of each.

Reads one call a line from standard input, writes one result a line:

    {"endpoint": "abc.execute-api.localhost:4566", "key": "..", "secret": "..", "client": "acs3",
     "action": "RevokePushTask", "parameters": {"AppId": "..", "TaskId": ".."}}

`client` is `acs3` (the mPaaS SDK as it is), `v2` (the same with its older signature), `core` (the client
before it, which knows no API and signs as the older one does) or `rpc` (what SDKs on top of that one use).

The clients are as they are installed. What surrounds them may be odd: `clock_ahead_s` sets the machine's
clock, `nonce` breaks its randomness, `security_token` comes from a login that lasts a while.
"""

import contextlib
import datetime
import json
import random
import re
import socket
import sys
from unittest import mock

from alibabacloud_mpaas20201028 import models
from alibabacloud_mpaas20201028.client import Client
from alibabacloud_tea_openapi import utils as tea_utils
from alibabacloud_tea_openapi import utils_models
from aliyunsdkcore.acs_exception.exceptions import ClientException as CoreClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException as CoreServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest
from darabonba.exceptions import DaraException

KNOWN = {
    "RevokePushMessage",
    "RevokePushTask",
    "QueryPushAnalysisTaskList",
    "QueryPushAnalysisTaskDetail",
}

_getaddrinfo = socket.getaddrinfo


def localhost_is_here(host, *rest, **more):
    """Names under .localhost are this machine (RFC 6761), which not every resolver knows."""
    name = host.decode() if isinstance(host, bytes) else host
    return _getaddrinfo("127.0.0.1" if isinstance(name, str) and name.endswith(".localhost") else host, *rest, **more)


socket.getaddrinfo = localhost_is_here


class ClockAhead(datetime.datetime):
    ahead = datetime.timedelta()

    @classmethod
    def utcnow(cls):
        return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + cls.ahead


@contextlib.contextmanager
def surroundings(call):
    with contextlib.ExitStack() as stack:
        if "clock_ahead_s" in call:
            ClockAhead.ahead = datetime.timedelta(seconds=call["clock_ahead_s"])
            stack.enter_context(mock.patch.object(tea_utils, "datetime", ClockAhead))
        if "nonce" in call:
            stack.enter_context(mock.patch.object(tea_utils.Utils, "get_nonce", lambda: call["nonce"]))
        yield


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def with_sdk(call):
    config = utils_models.Config(
        access_key_id=call["key"],
        access_key_secret=call["secret"],
        security_token=call.get("security_token"),
        endpoint=call["endpoint"],
        protocol="http",
    )
    if call["client"] == "v2":
        config.signature_algorithm = "v2"
    client = Client(config)
    action, parameters = call["action"], call["parameters"]
    if action in KNOWN:
        request = getattr(models, action + "Request")(**{snake(name): value for name, value in parameters.items()})
        answer = getattr(client, snake(action))(request)
        # As its own types have it: what they cannot hold is lost here, as it would be to any caller.
        return {"status": answer.status_code, "body": answer.body.to_map()}
    params = utils_models.Params(
        action=action,
        version=call.get("version", "2020-10-28"),
        protocol="HTTPS",
        pathname="/",
        method=call.get("method", "POST"),
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    from darabonba.runtime import RuntimeOptions

    where = "query" if call.get("method") == "GET" else "body"
    answer = client.call_api(params, utils_models.OpenApiRequest(**{where: parameters}), RuntimeOptions())
    return {"status": answer["statusCode"], "body": answer["body"]}


def with_core(call):
    host, _, port = call["endpoint"].partition(":")
    client = AcsClient(call["key"], call["secret"], "cn-hangzhou", port=int(port or 80))
    if call["client"] == "rpc":
        request = RpcRequest("mPaaS", "2020-10-28", call["action"])
        request.endpoint = host
    else:
        request = CommonRequest(domain=host, version="2020-10-28", action_name=call["action"])
    request.set_protocol_type("http")
    request.set_method(call.get("method", "POST"))
    for name, value in call["parameters"].items():
        if call.get("method") == "GET":
            request.add_query_param(name, value)
        else:
            request.add_body_params(name, value)
    return {"status": 200, "body": json.loads(client.do_action_with_exception(request))}


def error_of(error):
    return {
        "class": type(error).__name__,
        "code": getattr(error, "code", None) or getattr(error, "error_code", None),
        "status": getattr(error, "status_code", None) or getattr(error, "http_status", None),
        "message": str(getattr(error, "message", error)),
        "request_id": getattr(error, "request_id", None),
        "retry_after": getattr(error, "retry_after", None),
        "data": getattr(error, "data", None),
        "access_denied_detail": getattr(error, "access_denied_detail", None),
    }


def result_of(call):
    make = with_core if call["client"] in ("core", "rpc") else with_sdk
    try:
        with surroundings(call):
            return make(call)
    except (DaraException, CoreServerException, CoreClientException) as error:
        return {"error": error_of(error)}
    except Exception as error:  # the caller of an SDK would see it too
        return {"error": error_of(error) | {"unexpected": True}}


def main():
    random.seed()
    for line in sys.stdin:
        print(json.dumps(result_of(json.loads(line)), default=str), flush=True)


if __name__ == "__main__":
    main()

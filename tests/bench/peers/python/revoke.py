"""What `functions/revoke` does for a new revocation, with boto3: the same reads, the same transaction, the same
message, behind the same Runtime API."""

import hashlib
import hmac
import http.client
import json
import os
import time
import uuid

import boto3

PUSHES_TABLE = os.environ["PUSHES_TABLE"]
ACCESS_KEYS_TABLE = os.environ["ACCESS_KEYS_TABLE"]
FANOUT_QUEUE_URL = os.environ["FANOUT_QUEUE_URL"]

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
keys = {}


def access_key(key_id):
    known = keys.get(key_id)
    if known is not None and known[1] > time.time():
        return known[0]
    item = dynamodb.get_item(TableName=ACCESS_KEYS_TABLE, Key={"pk": {"S": key_id}}, ConsistentRead=True).get("Item")
    keys[key_id] = (item, time.time() + 60)
    return item


def answer(status, body, content_type="application/json", **headers):
    headers = {"content-type": content_type, **headers}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}


def problem(status, title):
    return answer(status, {"type": "about:blank", "title": title, "status": status}, "application/problem+json")


def handle(event):
    _, _, kinds, push_id = event["rawPath"].split("/")[:4]
    key_id, _, secret = event["headers"].get("authorization", "").removeprefix("Bearer ").partition(".")
    key = access_key(key_id)
    shown = hashlib.sha256(secret.encode()).digest()
    if key is None or key["state"]["S"] != "active" or not hmac.compare_digest(shown, key["secret_digest"]["B"]):
        return problem(401, "not authenticated")
    if key["role"]["S"] not in ("operator", "admin"):
        return problem(403, "forbidden")
    body = json.loads(event["body"])
    if not isinstance(body.get("reason"), str) or not body["reason"]:
        return problem(400, "a reason is needed")

    app, workspace = key["app"]["S"], key["workspace"]["S"]
    pk = f"{app}/{workspace}#{'task' if kinds == 'tasks' else 'message'}#{push_id}"
    at = {"pk": {"S": pk}, "sk": {"S": "push"}}
    push = dynamodb.get_item(TableName=PUSHES_TABLE, Key=at, ConsistentRead=True).get("Item")
    if push is None:
        return problem(404, "no such push")
    now = int(time.time() * 1000)
    revocation = f"rvk_{uuid.uuid4().hex}"
    closures = json.loads(push.get("closures", {"S": "[]"})["S"])
    closures.append({"by": revocation, "scope": {}, "at": now})
    version = int(push["version"]["N"])
    close = {
        "TableName": PUSHES_TABLE,
        "Key": at,
        "UpdateExpression": "SET #closures = :closures, #version = :version",
        "ConditionExpression": "#version = :read",
        "ExpressionAttributeNames": {"#closures": "closures", "#version": "version"},
        "ExpressionAttributeValues": {
            ":closures": {"S": json.dumps(closures)},
            ":version": {"N": str(version + 1)},
            ":read": {"N": str(version)},
        },
    }
    keep = {
        "TableName": PUSHES_TABLE,
        "Item": {
            "pk": {"S": pk},
            "sk": {"S": f"revocation#{revocation}"},
            "v": {"N": "1"},
            "reason": {"S": body["reason"]},
            "notices": {"S": json.dumps(body.get("notice", {}))},
            "requested_by": {"S": key_id},
            "requested_at": {"N": str(now)},
            "state": {"S": "requested"},
            "open_pk": {"S": "open"},
            "due_at": {"N": str(now + 60_000)},
            "version": {"N": "1"},
            "expires_at": {"N": str(now // 1000 + 37 * 86_400)},
        },
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    dynamodb.transact_write_items(ClientRequestToken=uuid.uuid4().hex, TransactItems=[{"Update": close}, {"Put": keep}])
    push = {"app": app, "workspace": workspace, "kind": "task", "id": push_id}
    job = {"v": "1", "job": "fanout", "push": push, "revocation": revocation}
    sqs.send_message_batch(QueueUrl=FANOUT_QUEUE_URL, Entries=[{"Id": "0", "MessageBody": json.dumps(job)}])
    told = {"revocation_id": revocation, "state": "requested", "reason": body["reason"], "requested_at": now}
    return answer(202, told, location=f"{event['rawPath']}/{revocation}")


def serve():
    runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        runtime.request("GET", "/2018-06-01/runtime/invocation/next")
        event = runtime.getresponse()
        request_id = event.getheader("Lambda-Runtime-Aws-Request-Id")
        told = json.dumps(handle(json.loads(event.read())))
        headers = {"content-type": "application/json"}
        runtime.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", told, headers)
        runtime.getresponse().read()


serve()

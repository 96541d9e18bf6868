// What `functions/revoke` does for a new revocation, with the AWS SDK v3: the same reads, the same transaction, the
// same message, behind the same Runtime API. No framework, one keep-alive agent: as lean as it can reasonably be.

import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import http from "node:http";
import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { SQSClient, SendMessageBatchCommand } from "@aws-sdk/client-sqs";

const { AWS_LAMBDA_RUNTIME_API, PUSHES_TABLE, ACCESS_KEYS_TABLE, FANOUT_QUEUE_URL } = process.env;
const dynamodb = new DynamoDBClient({});
const sqs = new SQSClient({});
const keys = new Map();

async function accessKey(id) {
  const known = keys.get(id);
  if (known !== undefined && known.until > Date.now()) return known.item;
  const { Item: item } = await dynamodb.send(
    new GetItemCommand({ TableName: ACCESS_KEYS_TABLE, Key: { pk: { S: id } }, ConsistentRead: true }),
  );
  keys.set(id, { item, until: Date.now() + 60_000 });
  return item;
}

function problem(status, title) {
  return answer(status, { type: "about:blank", title, status }, "application/problem+json");
}

function answer(statusCode, body, type = "application/json", headers = {}) {
  return { statusCode, headers: { "content-type": type, ...headers }, body: JSON.stringify(body), isBase64Encoded: false };
}

async function handle(event) {
  const [, , kinds, id] = event.rawPath.split("/");
  const [keyId, secret] = (event.headers.authorization ?? "").replace("Bearer ", "").split(".");
  const key = await accessKey(keyId);
  const shown = createHash("sha256").update(secret ?? "").digest();
  if (key === undefined || key.state.S !== "active" || !timingSafeEqual(shown, key.secret_digest.B)) {
    return problem(401, "not authenticated");
  }
  if (!["operator", "admin"].includes(key.role.S)) return problem(403, "forbidden");
  const body = JSON.parse(event.body);
  if (typeof body.reason !== "string" || body.reason === "") return problem(400, "a reason is needed");

  const pk = `${key.app.S}/${key.workspace.S}#${kinds === "tasks" ? "task" : "message"}#${id}`;
  const { Item: push } = await dynamodb.send(
    new GetItemCommand({ TableName: PUSHES_TABLE, Key: { pk: { S: pk }, sk: { S: "push" } }, ConsistentRead: true }),
  );
  if (push === undefined) return problem(404, "no such push");
  const now = Date.now();
  const revocation = `rvk_${randomUUID().replaceAll("-", "")}`;
  const closures = JSON.parse(push.closures?.S ?? "[]");
  closures.push({ by: revocation, scope: {}, at: new Date(now).toISOString() });
  const version = Number(push.version.N);
  await dynamodb.send(
    new TransactWriteItemsCommand({
      ClientRequestToken: randomUUID().replaceAll("-", ""),
      TransactItems: [
        {
          Update: {
            TableName: PUSHES_TABLE,
            Key: { pk: { S: pk }, sk: { S: "push" } },
            UpdateExpression: "SET #closures = :closures, #version = :version",
            ConditionExpression: "#version = :read",
            ExpressionAttributeNames: { "#closures": "closures", "#version": "version" },
            ExpressionAttributeValues: {
              ":closures": { S: JSON.stringify(closures) },
              ":version": { N: String(version + 1) },
              ":read": { N: String(version) },
            },
          },
        },
        {
          Put: {
            TableName: PUSHES_TABLE,
            Item: {
              pk: { S: pk },
              sk: { S: `revocation#${revocation}` },
              v: { N: "1" },
              reason: { S: body.reason },
              notices: { S: JSON.stringify(body.notice ?? {}) },
              requested_by: { S: keyId },
              requested_at: { N: String(now) },
              state: { S: "requested" },
              open_pk: { S: "open" },
              due_at: { N: String(now + 60_000) },
              version: { N: "1" },
              expires_at: { N: String(Math.floor(now / 1000) + 37 * 86_400) },
            },
            ConditionExpression: "attribute_not_exists(pk)",
          },
        },
      ],
    }),
  );
  const job = { v: "1", job: "fanout", push: { app: key.app.S, workspace: key.workspace.S, kind: "task", id }, revocation };
  await sqs.send(
    new SendMessageBatchCommand({ QueueUrl: FANOUT_QUEUE_URL, Entries: [{ Id: "0", MessageBody: JSON.stringify(job) }] }),
  );
  const path = `${event.rawPath}/${revocation}`;
  const told = { revocation_id: revocation, state: "requested", reason: body.reason, requested_at: new Date(now).toISOString() };
  return answer(202, told, "application/json", { location: path });
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(":");

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = http.request({ agent, host, port, method, path: `/2018-06-01/runtime/${path}`, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function serve() {
  for (;;) {
    const next = await ask("GET", "invocation/next");
    const id = next.headers["lambda-runtime-aws-request-id"];
    await ask("POST", `invocation/${id}/response`, JSON.stringify(await handle(JSON.parse(next.body))));
  }
}

serve();

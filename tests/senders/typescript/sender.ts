// Sends one push as message-revoke wants it: node sender.ts TASK. API and SENDER_KEY say where, and as whom.
import createClient from "openapi-fetch";
import type { paths } from "./schema.d.ts";

const { API = "", SENDER_KEY = "" } = process.env;
const api = createClient<paths>({ baseUrl: API, headers: { authorization: `Bearer ${SENDER_KEY}` } });
const id = process.argv[2] ?? "";
const tokens = [0, 1, 2].map((number) => `${id}-device-${number}`);
const params = { path: { id } };

function must<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.data === undefined) throw new Error(`not answered as hoped: ${JSON.stringify(answer.error)}`);
  return answer.data; // no answer is not a yes
}

// Before sending.
const push = { title: "Autumn sale", type: "batch", sent_at: new Date().toISOString() } as const;
must(await api.PUT("/v1/tasks/{id}", { params, body: push }));
// Before each batch: may I go on?
const { gate } = must(await api.GET("/v1/tasks/{id}/gate", { params: { ...params, query: { channel: "huawei" } } }));
// ... here the vendor is asked to send to `tokens`, with notify id 730021, unless it is held back ...
const deliveries = tokens.map((token) => ({ token, target: `user of ${token}` }));
const batch = { batch_id: "b1", channel: "huawei", notify_id: 730021, held_back: gate !== "open", deliveries } as const;
const { recorded } = must(await api.POST("/v1/tasks/{id}/deliveries", { params, body: batch }));
// What became of a delivery, when its device says so: who opened it is left alone.
const receipt = { kind: "task", id, batch_id: "b1", token: tokens[0], event: "opened" } as const;
const { accepted } = must(await api.POST("/v1/receipts", { body: { receipts: [receipt] } }));
console.log(`gate ${gate}, recorded ${recorded}, receipts ${accepted}`);

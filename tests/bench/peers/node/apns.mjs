// Overwrites notifications at APNs with Node's own http2: `node apns.mjs <host:port> <ca file> <requests> <streams>`.
// Prints what it took: seconds, and seconds of CPU.

import { readFileSync } from "node:fs";
import http2 from "node:http2";

const [address, ca, requests, streams] = process.argv.slice(2);
const body = Buffer.from(JSON.stringify({ aps: { alert: { title: "Message revoked", body: "Message revoked" } } }));
const session = http2.connect(`https://${address}`, { ca: readFileSync(ca) });
const authorization = `bearer ${"x".repeat(180)}`;

function one(nth) {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": `/3/device/${nth.toString(16).padStart(64, "a")}`,
      authorization,
      "apns-topic": "example.shop",
      "apns-push-type": "alert",
      "apns-priority": "10",
      "apns-expiration": "1800000000",
      "apns-collapse-id": "autumn-sale",
      "apns-id": `00000000-0000-4000-8000-${nth.toString(16).padStart(12, "0")}`,
      "content-type": "application/json",
    });
    let status;
    stream.on("response", (headers) => (status = headers[":status"]));
    stream.on("data", () => {});
    stream.on("end", () => (status === 200 ? resolve() : reject(new Error(`status ${status}`))));
    stream.on("error", reject);
    stream.end(body);
  });
}

async function many(count) {
  let next = 0;
  const worker = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: Number(streams) }, worker));
}

await new Promise((resolve, reject) => session.once("remoteSettings", resolve).once("error", reject));
await many(Number(streams) * 2);
const [began, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
await many(Number(requests));
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - began) / 1e9, cpu_seconds: (used.user + used.system) / 1e6 }));
session.close();

// A receiver of Cavendish's webhooks for Node 20 or newer; needs no package.
//
// WEBHOOK_SECRET=whsec_... node receiver.mjs 8000

import { createHmac, timingSafeEqual } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");
// What arrived is on disk before it is answered, one file for each webhook-id.
const inbox = process.env.INBOX ?? "inbox";
const newest = new Map();
mkdirSync(inbox, { recursive: true });

function verified(headers, body) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  const signatures = headers["webhook-signature"] ?? "";
  if (!/^[\w.-]{1,200}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(" ").some((one) => {
    const given = Buffer.from(one.startsWith("v1,") ? one.slice(3) : "", "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

// Writes a message down whole, or not at all; false: it is there already.
function keep(id, body) {
  const draft = `${inbox}/${process.pid}.draft`;
  writeFileSync(draft, body, { flush: true });
  try {
    linkSync(draft, `${inbox}/${id}.json`);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    unlinkSync(draft);
  }
  return true;
}

// A message may be overtaken by a later one: only the newest says where its job stands.
function note({ data }) {
  newest.set(data.id, Math.max(newest.get(data.id) ?? 0, data.sequence));
}

// Your work.
function handle(id, message) {
  const { data, type } = message;
  const late = data.sequence === newest.get(data.id) ? "" : ` (late: ${newest.get(data.id)} is known)`;
  console.log(`${data.id} ${data.sequence} ${type}${late}`);
  writeFileSync(`${inbox}/${id}.handled`, "");
}

// What was kept before we ended: all of it is known, and what was not handled yet is handled in each job's order.
const before = readdirSync(inbox)
  .filter((name) => name.endsWith(".json"))
  .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(`${inbox}/${name}`))])
  .sort(([, one], [, other]) => one.data.sequence - other.data.sequence);
for (const [, message] of before) note(message);
for (const [id, message] of before) if (!existsSync(`${inbox}/${id}.handled`)) handle(id, message);

createServer((request, response) => {
  const chunks = [];
  let bytes = 0;
  request.on("data", (chunk) => {
    bytes += chunk.length;
    if (bytes > 100_000) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    if (!verified(request.headers, body)) {
      response.writeHead(400).end();
      return;
    }
    const id = request.headers["webhook-id"];
    const message = JSON.parse(body);
    let isNew;
    try {
      isNew = keep(id, body);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
      return;
    }
    response.writeHead(204).end(); // the answer first: it is waited for 15 seconds
    if (!isNew) return;
    note(message);
    setImmediate(handle, id, message);
  });
}).listen(Number(process.argv[2]), "127.0.0.1");

// Runs fauxqs, which keeps everything in memory. Given a file, messages that are left at
// the end are written there, and sent again once their queues have been made.
import { readFile, rename, rm, writeFile } from "node:fs/promises";

const [program, port, file] = process.argv.slice(2);
const { startFauxqs } = await import(program);
const server = await startFauxqs({ port: Number(port), logger: false });
const base = `http://127.0.0.1:${port}`;

async function save() {
  const saved = [];
  for (const { name } of await (await fetch(`${base}/_fauxqs/queues`)).json()) {
    const { url, messages } = server.inspectQueue(name);
    for (const m of [...messages.ready, ...messages.delayed, ...messages.inflight.map((i) => i.message)]) {
      saved.push({ name, request: { QueueUrl: url, MessageBody: m.body, MessageAttributes: m.messageAttributes } });
    }
  }
  // What was not sent again yet is kept too.
  await writeFile(`${file}.new`, JSON.stringify([...pending, ...saved]), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function send({ request }) {
  // Queues are told apart by region, which stands in the signature.
  const region = new URL(request.QueueUrl).hostname.split(".")[1];
  const answer = await fetch(base, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=throng/20260101/${region}/sqs/aws4_request, SignedHeaders=host, Signature=none`,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.SendMessage",
    },
    body: JSON.stringify(request),
  });
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
}

let pending = [];
if (file) {
  pending = JSON.parse(await readFile(file, "utf8").catch(() => "[]"));
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, async () => {
      await save();
      process.exit(0);
    });
  }
}
while (pending.length > 0) {
  if (server.inspectQueue(pending[0].name)) {
    await send(pending[0]);
    pending.shift();
  } else {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
if (file) {
  await rm(file, { force: true });
}

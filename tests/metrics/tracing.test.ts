import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { apiKey } from "../auth/good-token.ts";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";

const canary = "canary-text-that-nobody-may-see";
const user = "canary-user";
const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };

function post(url: string, body: object, others: Record<string, string> = {}) {
  return fetch(`${url}/messages/`, {
    method: "POST",
    headers: { ...headers, ...others },
    body: JSON.stringify(body),
  });
}

const message = { user_id: user, content: canary, conversation_id: "canary-room" };

it("sends a span of each request and each group, and nothing of what they hold", async () => {
  await using receiver = await startOtlpReceiver();
  await using folder = await newFolder();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    CHATNEST_API_KEYS: apiKey,
  };
  const startedAt = Date.now();
  await using server = await startServer({ cwd: folder.path, env });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const parentId = "b7ad6b7169203331";
  const traceparent = `00-${traceId}-${parentId}-01`;
  await post(server.url, message, { traceparent, "x-request-id": "request-1" });
  await fetch(`${server.url}/messages/canary-room?limit=1`, { headers });
  await fetch(`${server.url}/canary-path`);
  // What cannot be read is no trace, and one that is not sampled is left alone.
  await fetch(`${server.url}/livez`, { headers: { traceparent: `${traceparent}-canary` } });
  await fetch(`${server.url}/readyz`, { headers: { traceparent: traceparent.replace(/1$/, "0") } });
  expect(await server.stop()).toMatchObject({ code: 0 });

  const spanOf = (name: string) => receiver.spans.find((span) => span.name === name);
  const names = receiver.spans.map(({ name }) => name).sort();
  expect(names).toEqual(
    [
      "GET /livez",
      "GET /messages/{conversation_id}",
      "GET unmatched",
      "POST /messages",
      "group commit",
    ].sort(),
  );
  const sent = spanOf("POST /messages");
  expect(sent).toMatchObject({
    traceId,
    parentSpanId: parentId,
    kind: 2,
    isError: false,
    attributes: {
      "http.request.method": "POST",
      "http.route": "/messages",
      "http.response.status_code": 201,
      "chatnest.request_id": "request-1",
    },
  });
  for (const { startMs, endMs } of receiver.spans) {
    expect(startMs).toBeGreaterThan(startedAt - 1);
    expect(endMs).toBeGreaterThanOrEqual(startMs);
    expect(endMs).toBeLessThan(Date.now() + 1);
  }
  expect(spanOf("GET /livez")).toMatchObject({ parentSpanId: "" });
  expect(spanOf("group commit")?.attributes).toMatchObject({
    "db.system.name": "sqlite",
    "chatnest.group.size": 1,
    "chatnest.group.created": 1,
  });
  expect(receiver.resource).toMatchObject({
    "service.name": "chatnest",
    "service.version": expect.stringMatching(/^\d/),
    "deployment.environment.name": "test",
  });
  expect(receiver.received()).not.toMatch(/canary/);
  expect(receiver.received()).not.toContain(apiKey);
});

it("serves as ever, and stops in time, when nobody takes the traces", async () => {
  await using folder = await newFolder();
  await using silent = createServer((socket) => {
    socket.on("error", () => {}).resume();
  }).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    CHATNEST_API_KEYS: apiKey,
  };
  await using server = await startServer({ cwd: folder.path, env });
  for (let n = 0; n < 20; n++) expect((await post(server.url, message)).status).toBe(201);
  expect(await server.stop()).toMatchObject({ code: 0 });
});

it("says why traces cannot be sent", async () => {
  await using receiver = await startOtlpReceiver();
  await using folder = await newFolder();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/other` };
  await using server = await startServer({ cwd: folder.path, env });
  await fetch(`${server.url}/livez`);
  await server.untilPrinted(/"reason":"Not Found","msg":"traces cannot be sent"/);
});

// Tells at the exit which modules were loaded.
const spy = `
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
process.on("exit", () => process.stderr.write(JSON.stringify([...loaded].filter((url) => /opentelemetry|prometheus-io/.test(url)))));
`;

it("loads nothing of OpenTelemetry when nothing is traced", async () => {
  await using receiver = await startOtlpReceiver();
  await using folder = await newFolder();
  const file = join(folder.path, "spy.mjs");
  await writeFile(file, spy);
  const loadedWith = async (env: Record<string, string>) => {
    const options = { NODE_OPTIONS: `--import=file://${file}`, ...env };
    await using server = await startServer({ cwd: folder.path, env: options });
    await fetch(`${server.url}/livez`);
    const { stderr } = await server.stop();
    return JSON.parse(stderr) as string[];
  };
  expect(await loadedWith({})).toEqual([]);
  const traced = await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  expect(traced.some((url) => url.includes("@opentelemetry/sdk-trace"))).toBe(true);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerBytesMax, Cost, cpuMsMax } from "./cost.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";

let target: Target;
let cost: Cost;
beforeAll(async () => {
  target = await startTarget();
  cost = new Cost(target);
});
afterAll(() => target[Symbol.asyncDispose]());

/** Makes a text of so many items. */
function list(count: number, toItem: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => toItem(n)).join(",");
}

// Just below what a body may have.
const full = 250_000;
const bombs: Record<string, string> = {
  "200,000 arrays, not closed": "[".repeat(200_000),
  "200,000 arrays, closed": "[".repeat(200_000) + "]".repeat(200_000),
  "100,000 arrays, closed": "[".repeat(100_000) + "]".repeat(100_000),
  "40,000 objects": '{"a":'.repeat(40_000),
  "arrays in a field": `{"content":${"[".repeat(120_000)}${"]".repeat(120_000)}}`,
  "10^5 distinct fields": `{${list(100_000, (n) => `"f${n}":0`)}}`,
  "52,000 empty names": `{${list(52_000, () => '"":0')}}`,
  "distinct fields": `{${list(22_000, (n) => `"f${n}":0`)}}`,
  "distinct fields that are numbers": `{${list(16_000, (n) => `"${n * 1_000_003}":0`)}}`,
  "10,000 distinct fields": `{${list(10_000, (n) => `"f${n}":0`)}}`,
  "the same field again and again": `{${list(40_000, () => '"a":1')}}`,
  "a known field again and again": `{${list(17_000, () => '"user_id":"a"')}}`,
  "fields of the prototype": `{${list(17_000, () => '"__proto__":{}')}}`,
  "10^5 numbers": `[${list(100_000, () => "0")}]`,
  "85,000 objects": `[${list(85_000, () => "{}")}]`,
  "85,000 members": `{"user_ids":[${list(85_000, () => '""')}]}`,
  "10,000 members": `{"user_ids":[${list(9_990, (n) => `"${n}"`)}]}`,
  "1,000 members, one twice": `{"user_ids":[${list(1_000, (n) => `"${n % 999}"`)}]}`,
  "5,000 messages to import": `{"messages":[${list(5_000, () => '{"id":0}')}]}`,
  "1,000 messages to import": `{"messages":[${list(1_000, (n) => `{"id":${n},"seq":0}`)}]}`,
  "a number of 250,000 digits": `{"content":${"1".repeat(full)}}`,
  "a fraction of 250,000 digits": `{"content":0.${"9".repeat(full)}}`,
  "an exponent of 250,000 digits": `{"content":1e${"9".repeat(full)}}`,
  "a text of 250,000 letters": `{"content":"${"x".repeat(full)}"}`,
  "a text of escapes": `{"content":"${"\\u0000".repeat(full / 6)}"}`,
  "a text of halves": `{"user_id":"${"\\ud800".repeat(full / 6)}"}`,
  "a text that does not end": `{"content":"${"\\\\".repeat(full / 2)}`,
  "a field with a name of 250,000 letters": `{"${"k".repeat(full)}":1}`,
  "a field with a name of escapes": `{"${"\\u0001".repeat(full / 6)}":1}`,
  "nothing but space": `{${" ".repeat(full)}}`,
};

const paths = [
  "/messages/",
  "/conversations/",
  "/conversations/room/members",
  "/trpc/messages.send",
  "/trpc/messages.send?batch=1",
  "/trpc/conversations.create",
  "/trpc/messages.import",
];

const json = { "content-type": "application/json" };
describe.each(paths)("POST %s", (path) => {
  // Code that has never run costs more.
  beforeAll(() => cost.warmUp(path, { method: "POST", body: "{}", headers: json }));

  it.each(Object.entries(bombs))("is cheap to refuse with %s", async (_, body) => {
    const { status, bytes, cpuMs } = await cost.measure(path, {
      method: "POST",
      body,
      headers: json,
    });
    expect([400, 413, 422]).toContain(status);
    expect(bytes).toBeLessThanOrEqual(answerBytesMax);
    expect(cpuMs).toBeLessThanOrEqual(cpuMsMax);
  });
});

const deep = encodeURIComponent("[".repeat(5_000));
const queries: Record<string, string> = {
  "7,000 parameters": `/messages/room?${list(3_000, (n) => n.toString(36)).replaceAll(",", "&")}`,
  "the same parameter 7,000 times": `/messages/room?${"a&".repeat(7_000)}`,
  "a parameter of 15,000 letters": `/messages/room?${"a".repeat(15_000)}=1`,
  "a cursor of 15,000 letters": `/conversations/ann?cursor=${"W".repeat(15_000)}`,
  "a limit of 15,000 digits": `/messages/room?limit=${"1".repeat(15_000)}`,
  "an id of 15,000 letters": `/messages/${"a".repeat(15_000)}`,
  "15,000 steps": `/${"a/".repeat(7_500)}`,
  "encoded text of 15,000 letters": `/messages/${"%41".repeat(5_000)}`,
  "a deep input": `/trpc/messages.page?input=${deep}`,
  "a wide input": `/trpc/messages.page?input=${encodeURIComponent(`{${list(1_000, (n) => `"${n}":0`)}}`)}`,
};

describe("GET", () => {
  it.each(Object.entries(queries))("is cheap to refuse with %s", async (_, path) => {
    const { status, bytes, cpuMs } = await cost.measure(path, {});
    expect([400, 404, 422]).toContain(status);
    expect(bytes).toBeLessThanOrEqual(answerBytesMax);
    expect(cpuMs).toBeLessThanOrEqual(cpuMsMax);
  });

  it("is cheap to refuse with parameters where none are taken", async () => {
    const path = `/messages/?${list(3_000, (n) => n.toString(36)).replaceAll(",", "&")}`;
    const { status, bytes, cpuMs } = await cost.measure(path, {
      method: "POST",
      body: "{}",
      headers: json,
    });
    expect([status, bytes <= answerBytesMax, cpuMs <= cpuMsMax]).toEqual([422, true, true]);
  });
});

const headerNames = [
  ...["accept", "accept-encoding", "authorization", "content-type", "cookie", "if-none-match"],
  ...[
    "idempotency-key",
    "last-event-id",
    "origin",
    "x-request-id",
    "x-forwarded-for",
    "trpc-accept",
  ],
];
const headerTexts = ["a,", '"', "a;q=0.1,", " ;", "application/json ", "a.", "gzip;q=", '"a", W/'];
const headerCases = headerNames.flatMap((name) => headerTexts.map((text) => [name, text] as const));

describe("a header", () => {
  it.each(headerCases)("%s that repeats %j is cheap", async (name, text) => {
    const value = text.repeat(15_000 / text.length);
    for (const path of ["/docs", "/messages/room?limit=1", "/trpc/messages.page"]) {
      const { status, cpuMs } = await cost.measure(path, { headers: { [name]: value } });
      expect([200, 403, 415, 422]).toContain(status);
      expect(cpuMs).toBeLessThanOrEqual(cpuMsMax);
    }
    const body = '{"user_id":"ann","content":"x"}';
    const headers = { ...json, [name]: value };
    const { status, cpuMs } = await cost.measure("/messages/", { method: "POST", body, headers });
    expect([201, 403, 415, 422]).toContain(status);
    expect(cpuMs).toBeLessThanOrEqual(cpuMsMax);
  });
});

it("left the server as it was", async () => {
  const said = { user_id: "ann", content: "x", conversation_id: "room" };
  const body = JSON.stringify(said);
  const response = await fetch(`${target.url}/messages/`, { method: "POST", body, headers: json });
  expect([response.status, await response.json()]).toMatchObject([201, { ...said, seq: 1 }]);
  tell("JSON and query bombs", ...cost.figures());
});

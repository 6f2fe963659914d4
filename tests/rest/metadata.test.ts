import type { Message } from "@chatnest/db";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProblemBody, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends a message with metadata that is written as JSON. */
function send(room: string, metadata: string) {
  const fields = { user_id: "ann", content: "x", conversation_id: room };
  const text = JSON.stringify(fields).slice(0, -1);
  return server.post<Message & ProblemBody>("/messages/", `${text},"metadata":${metadata}}`);
}

async function roundTrip(metadata: string): Promise<void> {
  const room = unique("room");
  const { status, body } = await send(room, metadata);
  expect([metadata.slice(0, 200), status]).toEqual([metadata.slice(0, 200), 201]);
  const paths = [pathOf("messages", room), pathOf("messages", room, "1")];
  const answers = [
    body,
    ...(await Promise.all(paths.map((path) => server.get(path)))).map((a) => a.body),
  ];
  for (const answer of answers.flat()) {
    // Objects of JavaScript would hide a `__proto__` that became one.
    expect(JSON.stringify((answer as Message).metadata)).toBe(JSON.stringify(JSON.parse(metadata)));
  }
}

const ofBytes = (bytes: number) => JSON.stringify({ a: "x".repeat(bytes - 8) });

describe("metadata", () => {
  it.each([
    ["nothing", "{}"],
    [
      "names that JavaScript uses",
      '{"__proto__":{"a":1},"constructor":2,"toString":null,"toJSON":3}',
    ],
    ["a __proto__ deep inside", '{"a":[{"__proto__":{"__proto__":[]}}]}'],
    ["names that MongoDB uses", '{"$set":{"$ne":1},"a.b":2,"":3,".":4,"$":5}'],
    ["names that are numbers", '{"10":1,"9":2,"a":3}'],
    ["every kind of value", '{"a":[true,false,null,-1.5e-7,"",{}]}'],
    ["any text", '{"\\u0000\\ud800":"\\u0000\\udc00\\u2028"}'],
    ["5 levels", '{"1":{"2":[{"4":{}}]}}'],
    ["8 KiB", ofBytes(8 * 1024)],
    ["4,000 values", JSON.stringify({ a: Array(4_000).fill(0) })],
  ])("comes back as it was given: %s", (_, metadata) => roundTrip(metadata));

  it("comes back whatever it is", async () => {
    const metadata = fc
      .dictionary(fc.string({ unit: "binary", maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }))
      .map((value) => JSON.stringify(value));
    await fc.assert(fc.asyncProperty(metadata, roundTrip), { numRuns: 40 });
  });

  it.each([
    ["a list", "[]"],
    ["a text", '"a"'],
    ["a number", "1"],
    ["6 levels", '{"1":{"2":[{"4":{"5":{}}}]}}'],
    ["6 levels of lists", '{"1":[[[[[]]]]]}'],
    ["30 levels", `{"a":${"[".repeat(30)}${"]".repeat(30)}}`],
    ["a byte more than 8 KiB", ofBytes(8 * 1024 + 1)],
    ["9 KiB", ofBytes(9 * 1024)],
    ["9 KiB of characters with 4 bytes", JSON.stringify({ a: "\u{1F600}".repeat(2_304) })],
    ["a number that is too large", '{"a":1e999}'],
  ])("is refused by name: %s", async (_, metadata) => {
    const room = unique("room");
    const { status, body } = await send(room, metadata);
    expect([status, body.code]).toEqual([422, "validation_failed"]);
    expect(body.errors?.map(({ path }) => path)).toEqual(["metadata"]);
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
  });

  it("is left out by null, and belongs to what is repeated", async () => {
    const room = unique("room");
    expect((await send(room, "null")).body).not.toHaveProperty("metadata");
    const sent = { id: unique("id"), user_id: "ann", content: "x", conversation_id: room };
    const one = { ...sent, metadata: { a: 1, b: { c: 2, d: 3 } } };
    const same = { ...sent, metadata: { b: { d: 3, c: 2 }, a: 1 } };
    const other = { ...sent, metadata: { a: 1 } };
    const statuses = [];
    for (const body of [one, same, other, sent]) {
      statuses.push((await server.post("/messages/", body)).status);
    }
    expect(statuses).toEqual([201, 200, 409, 409]);
  });
});

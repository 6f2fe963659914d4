import { createChatClient } from "@chatnest/client";
import { expect, test } from "vitest";
import { failureOf } from "./chat.ts";
import { type Fault, startFlaky, startFlakyChat } from "./flaky.ts";

const tea = { conversation_id: "tea" };

test.each<Fault>([
  "cut",
  "lose",
  { status: 408 },
  { status: 429 },
  { status: 500 },
  { status: 502 },
  { status: 503 },
  { status: 504 },
])("a query is repeated until it succeeds: %j", async (fault) => {
  await using running = await startFlakyChat([fault, fault, fault]);
  expect(await running.chat.messages.page(tea)).toMatchObject({ messages: [] });
  expect(running.asked).toHaveLength(4);
});

test.each([400, 401, 403, 404, 405, 409, 413, 415, 422])("%d is not repeated", async (status) => {
  await using running = await startFlakyChat([{ status }]);
  expect(await failureOf(running.chat.messages.page(tea))).toMatchObject({ status });
  expect(running.asked).toHaveLength(1);
});

test("what ChatNest itself refuses is not repeated", async () => {
  await using running = await startFlakyChat([]);
  const { messages } = running.chat;
  await failureOf(messages.get({ ...tea, seq: 1 }));
  await failureOf(messages.page({ ...tea, limit: 0 }));
  expect(running.asked).toHaveLength(2);
});

test("a call is tried as often as the client says", async () => {
  const faults = Array.from({ length: 9 }, (): Fault => ({ status: 503 }));
  for (const [retry, tries] of [
    [false, 1],
    [{ tries: 3, baseMs: 1 }, 3],
  ] as const) {
    await using running = await startFlakyChat(faults, { retry });
    const failure = await failureOf(running.chat.messages.page(tea));
    expect(failure).toMatchObject({ code: "unavailable", status: 503 });
    expect(running.asked).toHaveLength(tries);
  }
});

test.each([
  ["seconds", "1"],
  ["a date", "Sun, 06 Nov 1994 08:49:38 GMT"],
])("a Retry-After in %s is waited for", async (_, after) => {
  const headers = { date: "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": after };
  const fault: Fault = { status: 503, headers };
  await using running = await startFlakyChat([fault]);
  await running.chat.messages.page(tea);
  const [first, second] = running.asked;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(990);
});

test("a date is read by the server's own clock", async () => {
  const headers = {
    date: "Sun, 06 Nov 1994 08:49:37 GMT",
    "retry-after": "Sun, 06 Nov 1994 08:49:40 GMT",
  };
  await using running = await startFlakyChat([{ status: 503, headers }], { retry: false });
  const failure = await failureOf(running.chat.messages.page(tea));
  expect(failure.retryAfterMs).toBe(3_000);
});

test.each(["soon", "-1", "1.5", "GMT", ""])("a Retry-After of %j says nothing", async (after) => {
  await using running = await startFlakyChat([{ status: 503, headers: { "retry-after": after } }]);
  await running.chat.messages.page(tea);
  expect(running.asked).toHaveLength(2);
});

test("a call gives up at once when it is to wait longer than it may take", async () => {
  const fault: Fault = { status: 429, headers: { "retry-after": "3600" } };
  await using running = await startFlakyChat([fault]);
  const failure = await failureOf(running.chat.messages.page(tea));
  expect(failure).toMatchObject({ code: "too_many_requests", retryAfterMs: 3_600_000 });
  expect(running.asked).toHaveLength(1);
});

test("a try without an answer leaves half of the time to the next", async () => {
  await using running = await startFlakyChat(["hang"], { timeoutMs: 2_000 });
  expect(await running.chat.messages.page(tea)).toMatchObject({ messages: [] });
  expect(running.asked).toHaveLength(2);
});

test("a call ends when its time is over", async () => {
  await using running = await startFlakyChat(["hang", "hang"], { timeoutMs: 60 });
  const failure = await failureOf(running.chat.messages.page(tea));
  expect(failure).toMatchObject({ code: "timeout", status: undefined, id: undefined });
});

test("a call may be given another time than the client's", async () => {
  await using running = await startFlakyChat(["hang", "hang"]);
  const failure = await failureOf(running.chat.messages.page(tea, { timeoutMs: 60 }));
  expect(failure.code).toBe("timeout");
});

test("a call without a limit of time goes on until it is answered", async () => {
  await using running = await startFlakyChat(["cut"], { timeoutMs: Number.POSITIVE_INFINITY });
  expect(await running.chat.messages.page(tea)).toMatchObject({ messages: [] });
});

test("a fetch that heeds no signal does not hold up a call", async () => {
  const fetch = () => new Promise<Response>(() => {});
  const chat = createChatClient({ url: "http://localhost", fetch, timeoutMs: 40 });
  expect(await failureOf(chat.messages.page(tea))).toMatchObject({ code: "timeout" });
});

test("an abort between two tries ends the call at once", async () => {
  const controller = new AbortController();
  const fault: Fault = { status: 503, headers: { "retry-after": "5" } };
  await using proxy = await startFlaky("", () => {
    setTimeout(() => controller.abort(), 20);
    return fault;
  });
  const chat = createChatClient({ url: proxy.url });
  const { signal } = controller;
  expect(await failureOf(chat.messages.page(tea, { signal }))).toMatchObject({ code: "aborted" });
  expect(proxy.asked).toHaveLength(1);
});

import { createChatClient } from "@chatnest/client";
import { expect, test } from "vitest";
import { look } from "./listing.ts";
import { startScripted } from "./scripted.ts";
import { message, write } from "./wire.ts";

const ready = (type: string, last_seq: number, id: string) =>
  write(type, { conversation_id: "tea", last_seq }, id);
const say = (seq: number, id: string) =>
  write("message", { ...message("tea", seq), kind: "message" }, id);
const pageOf = (...seqs: number[]) => ({
  messages: seqs.map((seq) => message("tea", seq)),
  prev: null,
  next: null,
});

test("is read again after a reset, and shows what it had until then", async () => {
  await using server = await startScripted();
  using looking = look(createChatClient({ url: server.url }), "tea");
  const seqs = () => looking.now.messages.map(({ seq }) => seq);
  const stream = await server.stream(1);
  stream.write(ready("ready", 2, "e-2"));
  (await server.page(1)).answer(pageOf(1, 2));
  stream.write(say(3, "e-3") + say(4, "e-4"));
  await looking.until(({ messages }) => messages.length === 4);
  stream.write(ready("reset", 1, "f-1") + say(2, "f-2"));
  const page = await server.page(2);
  expect(seqs()).toEqual([1, 2, 3, 4]);
  expect(looking.now.state.status).toBe("catching_up");
  page.answer(pageOf(1));
  await looking.untilSettled();
  expect(seqs()).toEqual([1, 2]);
});

test.each([
  [1_000, "continues in the log", false],
  [1_001, "starts over", true],
])("behind by %i entries, it %s", async (count, _, startsOver) => {
  await using server = await startScripted();
  using looking = look(createChatClient({ url: server.url }), "tea");
  const first = await server.stream(1);
  first.write(ready("ready", 2, "e-2"));
  (await server.page(1)).answer(pageOf(1, 2));
  await looking.untilSettled();
  first.end();
  const second = await server.stream(2);
  expect(second.req.headers["last-event-id"]).toBe("e-2");
  second.write(ready("ready", 2 + count, "e-2") + say(3, "e-3"));
  if (startsOver) {
    const third = await server.stream(3);
    expect(third.req.headers["last-event-id"]).toBeUndefined();
    third.write(ready("ready", 2 + count, `e-${2 + count}`));
    (await server.page(2)).answer(pageOf(3, 4));
  }
  await looking.until(({ messages }) => messages.some(({ seq }) => seq === 3));
  expect(server.pages).toHaveLength(startsOver ? 2 : 1);
});

test("an unknown entry changes nothing, and is not asked for again", async () => {
  await using server = await startScripted();
  using looking = look(createChatClient({ url: server.url }), "tea");
  const first = await server.stream(1);
  first.write(ready("ready", 1, "e-1"));
  (await server.page(1)).answer(pageOf(1));
  await looking.untilSettled();
  const before = looking.now.messages;
  first.end(write("pin", { kind: "pin", conversation_id: "tea", seq: 2, target_seq: 1 }, "e-2"));
  const second = await server.stream(2);
  expect(second.req.headers["last-event-id"]).toBe("e-2");
  expect(looking.now.messages).toBe(before);
});

test("a page that cannot be read is asked for again", async () => {
  await using server = await startScripted();
  using looking = look(createChatClient({ url: server.url }), "tea");
  (await server.stream(1)).write(ready("ready", 1, "e-1"));
  (await server.page(1)).answer({ messages: [null], prev: null, next: null });
  (await server.page(2)).answer(pageOf(1));
  await looking.untilSettled();
  expect(looking.now.messages).toHaveLength(1);
});

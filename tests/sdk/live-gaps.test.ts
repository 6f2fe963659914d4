import { createChatClient, type UserEvent } from "@chatnest/client";
import { describe, expect, test } from "vitest";
import { upTo } from "../support/live.ts";
import { Heard } from "./heard.ts";
import { type ScriptedServer, startScripted } from "./scripted.ts";
import { heads, message, write } from "./wire.ts";

const say = (...seqs: number[]) =>
  seqs.map((seq) => write("message", message("tea", seq))).join("");
const pageOf = (...seqs: number[]) => ({ messages: seqs.map((seq) => message("tea", seq)) });

/** Follows a user who missed the first three messages of a conversation; the first page of them is asked for. */
async function missThree(server: ScriptedServer) {
  const heard = new Heard<UserEvent>();
  const subscription = createChatClient({ url: server.url }).user("ada").subscribe(heard);
  (await server.stream(1)).end(heads(["tea", 0]));
  const stream = await server.stream(2);
  stream.write(heads(["tea", 3]));
  const page = await server.page(1);
  let marks = 0;
  return {
    heard,
    stream,
    page,
    /** Tells something, and waits until it is heard. */
    async tell(text: string, by = stream) {
      const mark = `mark ${++marks}`;
      by.write(text + write(mark, {}));
      await heard.until(({ events }) =>
        events.some((event) => event.type === "unknown" && event.event === mark),
      );
    },
    [Symbol.dispose]: () => subscription.close(),
  };
}

describe("what is said while what was missed is read", () => {
  test.each([
    ["reaches it", [1, 2, 3]],
    ["goes beyond its beginning", upTo(5)],
    ["goes beyond its end", upTo(7)],
  ])("is handed over when a page %s", async (_, seqs) => {
    await using server = await startScripted();
    using missing = await missThree(server);
    const { heard, page } = missing;
    await missing.tell(say(4, 5, 5, 6));
    expect(heard.messages).toEqual([]);
    page.answer(pageOf(...seqs));
    await heard.untilLive();
    await missing.tell(say(7, 8));
    expect(heard.seqsOf("tea")).toEqual(upTo(8));
    expect(server.pages).toHaveLength(1);
  });

  test("waits for all pages", async () => {
    await using server = await startScripted();
    using missing = await missThree(server);
    await missing.tell(say(4, 5));
    missing.page.answer(pageOf(1, 2));
    const second = await server.page(2);
    await missing.tell(say(6));
    expect(missing.heard.seqsOf("tea")).toEqual([1, 2]);
    expect(second.after).toBe(2);
    second.answer(pageOf(3));
    await missing.heard.untilLive();
    expect(missing.heard.seqsOf("tea")).toEqual(upTo(6));
  });

  test("is read where it is more than is kept", async () => {
    await using server = await startScripted();
    using missing = await missThree(server);
    await missing.tell(say(...upTo(1_600, 4)));
    missing.page.answer(pageOf(...upTo(1_000)));
    (await server.page(2)).answer(pageOf(...upTo(1_100, 1_001)));
    await missing.heard.untilLive();
    expect(missing.heard.seqsOf("tea")).toEqual(upTo(1_600));
    expect(server.pages.map(({ after }) => after)).toEqual([0, 1_000]);
  });

  test("is kept through a loss of the connection, unless more was said meanwhile", async () => {
    await using server = await startScripted();
    using missing = await missThree(server);
    const { heard } = missing;
    await missing.tell(say(4, 5));
    missing.stream.end();
    const third = await server.stream(3);
    await missing.tell(heads(["tea", 5]) + say(6), third);
    const again = await server.page(2);
    third.end();
    const fourth = await server.stream(4);
    await missing.tell(heads(["tea", 8]) + say(9), fourth);
    expect(again.after).toBe(0);
    (await server.page(3)).answer(pageOf(...upTo(6)));
    (await server.page(4)).answer(pageOf(7, 8));
    await heard.untilLive();
    expect(heard.seqsOf("tea")).toEqual(upTo(9));
  });

  test("is let go of with the conversation, and with its epoch", async () => {
    await using server = await startScripted();
    using missing = await missThree(server);
    const { heard, page } = missing;
    const membership = { conversation_id: "tea", user_id: "ada" };
    await missing.tell(
      say(4) +
        write("left", { ...membership, last_seq: 4 }) +
        write("joined", { ...membership, last_seq: 9 }) +
        say(10),
    );
    page.answer(pageOf(...upTo(9)));
    expect(heard.seqsOf("tea")).toEqual([10]);
    missing.stream.end();
    const third = await server.stream(3);
    await missing.tell(heads(["tea", 12]) + say(13), third);
    const second = await server.page(2);
    await missing.tell(write("reset", {}) + heads(["tea", 11]) + say(12), third);
    second.answer(pageOf(11, 12));
    await missing.tell(say(13), third);
    expect(heard.seqsOf("tea")).toEqual([10, 12, 13]);
  });

  test("does not keep a reader from getting there, however much it is", async () => {
    let last = 3;
    await using server = await startScripted(({ after, answer }) => {
      // What there is when it is asked for, and comes late.
      const page = pageOf(...upTo(last, after + 1));
      setTimeout(() => answer(page), 100);
    });
    using missing = await missThree(server);
    const talking = setInterval(() => missing.stream.write(say(++last)), 5);
    await missing.heard.untilLive().finally(() => clearInterval(talking));
    await missing.heard.until(({ messages }) => messages.length >= last);
    expect(missing.heard.seqsOf("tea")).toEqual(upTo(last));
    expect(server.pages.length).toBeLessThanOrEqual(3);
  });
});

test("an answer that is no page is not the end of the reading", async () => {
  await using server = await startScripted();
  using missing = await missThree(server);
  missing.page.answer({});
  (await server.page(2)).answer({ messages: [null] });
  (await server.page(3)).answer(pageOf(1, 2, 3));
  await missing.heard.untilLive();
  expect(missing.heard.seqsOf("tea")).toEqual([1, 2, 3]);
});

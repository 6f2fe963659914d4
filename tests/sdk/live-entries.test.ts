import { createChatClient, type UserEvent } from "@chatnest/client";
import { describe, expect, test } from "vitest";
import { upTo } from "../support/live.ts";
import { Heard } from "./heard.ts";
import { type ScriptedServer, startScripted } from "./scripted.ts";
import { heads, message, write } from "./wire.ts";

const ready = (last_seq: number, seq = 0) =>
  write("ready", { conversation_id: "tea", last_seq }, `e-${seq}`);
const edits = (...seqs: number[]) =>
  seqs.map((seq) => write("edited", { seq }, `e-${seq}`)).join("");
const say = (seq: number, id?: string) => write("message", message("tea", seq), id);

describe("a follower of a conversation whose log holds other entries than messages", () => {
  function follow(server: ScriptedServer) {
    const heard = new Heard();
    const subscription = createChatClient({ url: server.url }).conversation("tea").subscribe(heard);
    return { heard, [Symbol.dispose]: () => subscription.close() };
  }

  test.each([1, 1_000])("is live at the end of a log that ends with %i of them", async (count) => {
    await using server = await startScripted();
    using following = follow(server);
    const { heard } = following;
    const stream = await server.stream(1);
    stream.write(ready(count) + edits(...upTo(count)));
    await heard.untilLive();
    expect(heard.statuses).toEqual(["connecting", "catching_up", "live"]);
    stream.write(say(count + 1, `e-${count + 1}`));
    await heard.until(({ messages }) => messages.length > 0);
    expect(heard.kinds).toEqual(["ready", ...upTo(count).map(() => "unknown")]);
    expect(heard.positions).toEqual([`e-${count + 1}`]);
  });

  test("reconnects after the last of them and hands over none twice", async () => {
    await using server = await startScripted();
    using following = follow(server);
    const { heard } = following;
    (await server.stream(1)).end(ready(0) + say(1, "e-1") + edits(2, 3));
    const second = await server.stream(2);
    expect(second.req.headers["last-event-id"]).toBe("e-3");
    second.end(ready(4, 3) + edits(2, 3, 4));
    const third = await server.stream(3);
    expect(third.req.headers["last-event-id"]).toBe("e-4");
    third.write(ready(4, 4) + edits(4) + say(5, "e-5"));
    await heard.until(({ messages }) => messages.length === 2);
    expect(heard.events.slice(1)).toEqual(
      [2, 3, 4].map((seq) => ({ type: "unknown", event: "edited", data: { seq } })),
    );
  });

  test("hands over each event that is no entry", async () => {
    await using server = await startScripted();
    using following = follow(server);
    const { heard } = following;
    const typing = write("typing", {});
    const odd = write("odd", {}, "7") + write("odd", {}, "other-1");
    (await server.stream(1)).write(ready(0) + typing + edits(1) + typing + odd + say(2, "e-2"));
    await heard.until(({ messages }) => messages.length > 0);
    const names = heard.events.map((event) => event.type === "unknown" && event.event);
    expect(names).toEqual([false, "typing", "edited", "typing", "odd", "odd"]);
  });

  test("starts over after a reset", async () => {
    await using server = await startScripted();
    using following = follow(server);
    const { heard } = following;
    const reset = write("reset", { conversation_id: "tea", last_seq: 1 }, "f-0");
    const edit = write("edited", { seq: 1 }, "f-1");
    (await server.stream(1)).write(ready(9) + edits(...upTo(9)) + reset + edit + edit);
    await heard.untilLive();
    expect(heard.kinds).toEqual(["ready", ...upTo(9).map(() => "unknown"), "reset", "unknown"]);
  });
});

describe("a follower of a user who missed other entries than messages", () => {
  /** Follows a user who missed the log of a conversation up to `last_seq`; its first page is asked for. */
  async function miss(server: ScriptedServer, last_seq: number) {
    const heard = new Heard<UserEvent>();
    const subscription = createChatClient({ url: server.url }).user("ada").subscribe(heard);
    (await server.stream(1)).end(heads(["tea", 0]));
    const stream = await server.stream(2);
    stream.write(heads(["tea", last_seq]));
    const page = await server.page(1);
    return { heard, stream, page, [Symbol.dispose]: () => subscription.close() };
  }
  const pageOf = (seqs: number[], read_to?: number) => ({
    messages: seqs.map((seq) => message("tea", seq)),
    read_to,
  });

  test.each([1, 1_000])("is live as soon as %i of them are read", async (count) => {
    await using server = await startScripted();
    using missing = await miss(server, count);
    const { heard, stream, page } = missing;
    page.answer(pageOf([], count));
    await heard.untilLive();
    stream.write(say(count + 1));
    await heard.until(({ messages }) => messages.length > 0);
    expect(heard.seqsOf("tea")).toEqual([count + 1]);
    expect(server.pages).toHaveLength(1);
  });

  test("continues where the last page was read to", async () => {
    await using server = await startScripted();
    using missing = await miss(server, 1_000);
    missing.page.answer(pageOf([], 400));
    (await server.page(2)).answer(pageOf([401, 500], 800));
    (await server.page(3)).answer(pageOf([801], 1_000));
    await missing.heard.untilLive();
    expect(missing.heard.seqsOf("tea")).toEqual([401, 500, 801]);
    expect(server.pages.map(({ after }) => after)).toEqual([0, 400, 800]);
  });

  test("reads nothing twice after the connection is lost again", async () => {
    await using server = await startScripted();
    using missing = await miss(server, 5);
    const { heard, stream, page } = missing;
    page.answer(pageOf([1], 5));
    await heard.untilLive();
    stream.end();
    const third = await server.stream(3);
    third.write(heads(["tea", 5]) + say(6));
    await heard.until(({ messages }) => messages.length === 2);
    third.end();
    (await server.stream(4)).write(heads(["tea", 9]));
    (await server.page(2)).answer(pageOf([], 9));
    await heard.untilLive();
    expect(server.pages.map(({ after }) => after)).toEqual([0, 6]);
  });

  test("hands over messages once that arrive meanwhile and are in a page, too", async () => {
    await using server = await startScripted();
    using missing = await miss(server, 3);
    const { heard, stream, page } = missing;
    stream.write(say(4) + say(6) + say(8) + write("mark", {}));
    await heard.until(({ kinds }) => kinds.includes("unknown"));
    page.answer(pageOf([1, 4], 5));
    await heard.untilLive();
    expect(heard.seqsOf("tea")).toEqual([1, 4, 6, 8]);
  });

  test.each([
    ["that has not caught up", 0],
    ["that does not say how far it read", undefined],
  ])("asks a server again %s", async (_, read_to) => {
    await using server = await startScripted();
    using missing = await miss(server, 3);
    missing.page.answer(pageOf([], read_to));
    const second = await server.page(2);
    expect([second.after, missing.heard.statuses.at(-1)]).toEqual([0, "catching_up"]);
    second.answer(pageOf([1, 2, 3], read_to && 3));
    await missing.heard.untilLive();
    expect(missing.heard.seqsOf("tea")).toEqual([1, 2, 3]);
  });
});

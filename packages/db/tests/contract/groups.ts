import { expect, it } from "vitest";
import type { NewMessage } from "../../src/ports/log.ts";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, noteStream } from "../../src/stream.ts";
import { appendAll, contentsOf, idsOf, outcomesOf, readLog, send } from "../log.ts";
import { newMessage, newMessages, newNote, unique, upTo } from "../make.ts";

/** Groups: sends that arrive together are stored together, and one bad send harms no other. */
export function groupsContract(store: () => ChatStore): void {
  it("answers 100 known ids among 100 new ones", async () => {
    const conversation_id = unique("room");
    const known = newMessages(100, { conversation_id });
    const fresh = newMessages(100, { conversation_id });
    await appendAll(store(), known);
    const answers = await appendAll(store(), interleave(known, fresh));
    expect(answers.map((answer) => answer.message.seq)).toEqual(
      upTo(100).flatMap((n) => [n, n + 100]),
    );
    expect(answers.map((answer) => answer.created)).toEqual(upTo(100).flatMap(() => [false, true]));
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(idsOf(log)).toEqual(idsOf([...known, ...fresh]));
  });

  it("answers 500 known ids that are sent again at once", async () => {
    const conversation_id = unique("room");
    const messages = newMessages(500, { conversation_id });
    const first = await appendAll(store(), messages);
    const again = await appendAll(store(), messages.toReversed());
    expect(again.toReversed()).toEqual(first.map((answer) => ({ ...answer, created: false })));
    expect(await readLog(store(), conversationStream(conversation_id))).toHaveLength(500);
  });

  it("lets conflicts fail alone", async () => {
    const conversation_id = unique("room");
    const known = newMessages(30, { conversation_id });
    const fresh = newMessages(30, { conversation_id });
    await appendAll(store(), known);
    const changed = known.map((message) => ({ ...message, content: "changed" }));
    const outcomes = await outcomesOf(store(), interleave(changed, fresh));
    expect(outcomes).toEqual(upTo(30).flatMap(() => ["conflict", "created"]));
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(contentsOf(log)).toEqual(contentsOf([...known, ...fresh]));
  });

  it("lets bad text fail alone", async () => {
    const conversation_id = unique("room");
    const good = newMessages(4, { conversation_id });
    const bad = ["\ud800", "a\0b", "", "\udc00x"].map((content) =>
      newMessage({ conversation_id, content }),
    );
    const outcomes = await outcomesOf(store(), interleave(bad, good));
    expect(outcomes).toEqual(upTo(4).flatMap(() => ["invalid", "created"]));
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(contentsOf(log)).toEqual(["1", "2", "3", "4"]);
  });

  it("numbers the good sends among known, changed and bad ones in the order they came", async () => {
    const conversation_id = unique("room");
    const named = (content: string) => newMessage({ conversation_id, content });
    const [one, two, a, b, c] = [named("one"), named("two"), named("a"), named("b"), named("c")];
    await appendAll(store(), [one, two]);
    const outcomes = await outcomesOf(store(), [
      ...[{ ...two, content: "changed" }, a, one, named("\0")],
      ...[b, a, two, { ...b, content: "changed" }, c, c],
    ]);
    expect(outcomes).toEqual([
      ...["conflict", "created", "repeated", "invalid"],
      ...["created", "repeated", "repeated", "conflict", "created", "repeated"],
    ]);
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(contentsOf(log)).toEqual(["one", "two", "a", "b", "c"]);
  });

  it("leaves nothing behind of a conversation to which only bad sends went", async () => {
    const id = unique("room");
    const user_id = unique("ann");
    const bad = ["\ud800", "\0"].map((content) =>
      newMessage({ conversation_id: id, user_id, content }),
    );
    expect(await outcomesOf(store(), bad)).toEqual(["invalid", "invalid"]);
    expect(await store().conversations.get([id], 50)).toEqual([]);
    expect(await store().conversations.inbox(user_id, { limit: 10 })).toEqual([]);
    expect(await readHead(store().log, conversationStream(id))).toBe(0);
  });

  it("lets nobody join by a bad send", async () => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids: ["ann"] });
    const bad = newMessage({ conversation_id: id, user_id: "mallory", content: "\ud800" });
    expect(await outcomesOf(store(), [bad])).toEqual(["invalid"]);
    expect(await store().conversations.get([id], 0)).toMatchObject([{ user_ids: ["ann"] }]);
  });

  it("keeps trouble in one stream away from the others of its group", async () => {
    const [troubled, calm, writer] = [unique("room"), unique("room"), unique("writer")];
    const known = newMessage({ conversation_id: troubled });
    await send(store(), known);
    const outcomes = await outcomesOf(
      store(),
      upTo(20).flatMap((n) => [
        { ...known, content: `${n}` },
        newMessage({ conversation_id: calm, content: `${n}` }),
        newNote({ user_id: writer, content: `${n}` }),
      ]),
    );
    expect(outcomes).toEqual(upTo(20).flatMap(() => ["conflict", "created", "created"]));
    const expected = upTo(20).map(String);
    expect(contentsOf(await readLog(store(), conversationStream(calm)))).toEqual(expected);
    expect(contentsOf(await readLog(store(), noteStream(writer)))).toEqual(expected);
    expect(await readLog(store(), conversationStream(troubled))).toHaveLength(1);
  });

  it("stores a group of 300 messages of the greatest length", async () => {
    // 19 MiB: more than one BSON document, and so one MongoDB command, may hold.
    const conversation_id = unique("room");
    const content = "\u{1F600}".repeat(16_384);
    const messages = newMessages(300, { conversation_id, content });
    expect(await outcomesOf(store(), messages)).toEqual(upTo(300).map(() => "created"));
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(idsOf(log)).toEqual(idsOf(messages));
    expect(log.every((message) => message.content === content)).toBe(true);
  });
}

function interleave(evens: readonly NewMessage[], odds: readonly NewMessage[]): NewMessage[] {
  return evens.flatMap((even, index) => {
    const odd = odds[index];
    return odd === undefined ? [even] : [even, odd];
  });
}

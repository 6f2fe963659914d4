import { expect, it } from "vitest";
import type { Member } from "../../src/ports/members.ts";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, noteStream, streamOf } from "../../src/stream.ts";
import { appendAll, contentsOf, expectRefusal, readLog, send } from "../log.ts";
import { newMessage, newNote, unique } from "../make.ts";

// Each is used whole, as a user and as a conversation, by no other test: real nicks, then what trips stores up.
const ids = [
  ...["|trey|", "[FiDo] ", " leading", "a/b", "%41", "a%2Fb?c#d", "^_{}`\\"],
  ...["\u00e9mile", "\u{1F469}\u200d\u{1F469}\u200d\u{1F467}\u200d\u{1F466}", "\u05d3\u05d5\u05d3"],
  ...["\u200b", "\ufeffx\u2028", "\u{10FFFF}".repeat(128)],
  ...["__proto__", "constructor", "$where", "a.b.$c", "0", "1e3", "null", "' OR 1=1 --", "*"],
];

// Pairs that look, compare or convert alike somewhere.
const lookalikes = [
  ["NFC and NFD", "\u00e9", "e\u0301"],
  ["case", "Nick", "nick"],
  ["a space at the end", "nick", "nick "],
  ["numbers", "1", "1.0"],
  ["leading zeros", "7", "07"],
  ["a prefix", "nick", "nickname"],
  ["an invisible character", "nick", "nick\u200b"],
  ["U+FFFD for another character", "\u{1F600}", "\ufffd"],
] as const;

const broken = [
  ["a lone high surrogate", "\ud800"],
  ["a lone low surrogate", "\udc00"],
  ["NUL", "\0"],
] as const;

const refused = ["", " ", "\u3000", ".", "..", "a\tb", "a\u007f", "\u{1F600}".repeat(129)];
const refusedMessageIds = ["short", "x".repeat(65), "has space", "h\u00e9l\u00e8ne1", "line-end\n"];

/** Ids of users and conversations: kept whole, compared code point by code point. */
export function idsContract(store: () => ChatStore): void {
  it.each(named(ids))("keeps %s as the id of a user and of a conversation", async (_, id) => {
    const { conversations, members, messages } = store();
    expect(await conversations.create({ id, user_ids: [id] })).toEqual({ created: true });
    const sent = await send(store(), newMessage({ conversation_id: id, user_id: id }));
    const noted = await send(store(), newNote({ user_id: id }));
    expect(sent.message).toMatchObject({ conversation_id: id, user_id: id });
    expect(await messages.get(conversationStream(id), 1)).toEqual(sent.message);
    expect(await messages.get(noteStream(id), 1)).toEqual(noted.message);
    expect(await conversations.get([id], 1)).toMatchObject([
      { id, user_ids: [id], messages: [sent.message] },
    ]);
    expect(await conversations.inbox(id, { limit: 2 })).toMatchObject([{ id }]);
    await members.leave({ conversation_id: id, user_id: id });
    expect(await members.join({ conversation_id: id, user_id: id })).toEqual({ joined: true });
    expect(await conversations.create({ id, user_ids: [id] })).toEqual({ created: false });
  });

  it.each(lookalikes)("tells conversations apart that differ by %s", async (_, one, other) => {
    const room = unique("room");
    const [a, b] = [`${room}${one}`, `${room}${other}`];
    expect(await store().conversations.create({ id: a, user_ids: ["ann"] })).toEqual({
      created: true,
    });
    expect(await store().conversations.get([b], 50)).toEqual([]);
    await appendAll(store(), [
      newMessage({ conversation_id: a, content: "one" }),
      newMessage({ conversation_id: b, content: "other" }),
    ]);
    expect(contentsOf(await readLog(store(), conversationStream(a)))).toEqual(["one"]);
    expect(contentsOf(await readLog(store(), conversationStream(b)))).toEqual(["other"]);
  });

  it.each(lookalikes)("tells users apart that differ by %s", async (_, one, other) => {
    const [id, name] = [unique("room"), unique("user")];
    const [a, b] = [`${name}${one}`, `${name}${other}`];
    await store().conversations.create({ id, user_ids: [a] });
    await expectRefusal(store().members.leave({ conversation_id: id, user_id: b }), "not_found");
    expect(await store().conversations.inbox(b, { limit: 10 })).toEqual([]);
    expect(await store().members.join({ conversation_id: id, user_id: b })).toEqual({
      joined: true,
    });
    await appendAll(store(), [
      newNote({ user_id: a, content: "one" }),
      newNote({ user_id: b, content: "other" }),
    ]);
    expect(contentsOf(await readLog(store(), noteStream(a)))).toEqual(["one"]);
    expect(contentsOf(await readLog(store(), noteStream(b)))).toEqual(["other"]);
    expect(await store().conversations.get([id], 0)).toMatchObject([{ user_ids: [a, b] }]);
  });

  it.each(named(refused))("refuses %s as an id", async (_, bad) => {
    const { conversations, log, members, reads } = store();
    const id = unique("room");
    await conversations.create({ id, user_ids: ["ann"] });
    const calls = [
      log.append(newMessage({ conversation_id: bad })),
      log.append(newMessage({ conversation_id: id, user_id: bad })),
      conversations.create({ id: bad, user_ids: ["ann"] }),
      conversations.create({ id: unique("room"), user_ids: ["ann", bad] }),
      members.join({ conversation_id: id, user_id: bad }),
      ...readsBy(store(), { conversation_id: id, user_id: bad }),
      ...readsBy(store(), { conversation_id: bad, user_id: "ann" }),
      reads.list(bad, { limit: 10 }),
      reads.totals(bad),
      conversations.update(bad, { title: "title" }),
    ];
    await Promise.all(calls.map((call) => expectRefusal(call, "invalid")));
    expect(await conversations.get([id], 50)).toMatchObject([{ user_ids: ["ann"], last_seq: 0 }]);
  });

  it.each(named(refusedMessageIds))("refuses %s as the id of a message", async (_, id) => {
    const message = newMessage({ id });
    await expectRefusal(send(store(), message), "invalid");
    expect(await readHead(store().log, streamOf(message))).toBe(0);
  });

  it.each(broken)("refuses to store ids with %s", async (_, text) => {
    const { conversations, log, members } = store();
    const id = unique("room");
    const bad = `${id}${text}`;
    await conversations.create({ id, user_ids: ["ann"] });
    const calls = [
      log.append(newMessage({ conversation_id: bad })),
      log.append(newMessage({ conversation_id: id, user_id: bad })),
      log.append(newNote({ user_id: bad })),
      conversations.create({ id: bad, user_ids: ["ann"] }),
      conversations.create({ id: unique("room"), user_ids: ["ann", bad] }),
      members.join({ conversation_id: id, user_id: bad }),
    ];
    await Promise.all(calls.map((call) => expectRefusal(call, "invalid")));
    expect(await conversations.get([id], 50)).toMatchObject([{ user_ids: ["ann"], last_seq: 0 }]);
  });

  it.each(broken)("does not take an id with %s for one that is stored", async (_, text) => {
    const { conversations, messages } = store();
    const name = unique("name");
    // What SQLite, BSON and C strings would make of the broken id.
    const nearby = [`${name}\ufffd`, `${name}\ufffd\ufffd\ufffd`, name];
    await appendAll(
      store(),
      nearby.map((id) => newMessage({ conversation_id: id, user_id: id })),
    );
    const bad = `${name}${text}`;
    const range = { limit: 10, from: "oldest" } as const;
    expect(await nothingOrInvalid(conversations.get([bad], 50))).toEqual([]);
    expect(await nothingOrInvalid(conversations.inbox(bad, { limit: 10 }))).toEqual([]);
    expect(await nothingOrInvalid(messages.page(conversationStream(bad), range))).toEqual([]);
  });
}

/** What a member does, and reads, of its own. */
function readsBy({ conversations, members, reads }: ChatStore, member: Member) {
  return [
    reads.mark(member, { read_seq: 0 }),
    reads.mark(member, { unread_from: 1 }),
    members.update(member, { pinned: true }),
    conversations.itemsOf(member.user_id, [member.conversation_id]),
  ];
}

/** Gives long ids a short name for their title. */
function named(texts: readonly string[]): [name: string, text: string][] {
  return texts.map((text) => [
    text.length > 40 ? `${[...text].length} code points` : JSON.stringify(text),
    text,
  ]);
}

/** Reading by an id that cannot exist may find nothing, or be refused. */
async function nothingOrInvalid(call: Promise<unknown[]>): Promise<unknown[]> {
  try {
    return await call;
  } catch (error) {
    await expectRefusal(Promise.reject(error), "invalid");
    return [];
  }
}

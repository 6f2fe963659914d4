import { randomUUID } from "node:crypto";
import { type ChatStore, isStoreError, type Mentions, type NewEntry } from "@chatnest/db";
import fc from "fast-check";

/** What is done to a store. */
export interface Deed {
  kind:
    | "send"
    | "reply"
    | "edit"
    | "delete"
    | "react"
    | "unreact"
    | "read"
    | "unread"
    | "set"
    | "join"
    | "leave"
    | "describe";
  user: number;
  /** Of two conversations, and notes. */
  room: number;
  /** Where in the log, from 0 to 1. */
  share: number;
  n: number;
}

const users = ["ann", "bob", "cy \u{1F600}", "{dee}|[]"];
const rooms = ["lobby", "\uFF21/room 2", null];
const mentions: (Mentions | undefined)[] = [undefined, "everyone", ["ann", "bob"], ["nobody"]];

/** Draws a history. */
export const history = fc.array(
  fc.record<Deed>({
    kind: fc.constantFrom<Deed["kind"]>(
      ...(["send", "send", "send", "reply", "reply", "edit", "delete", "react", "react"] as const),
      ...(["unreact", "read", "unread", "set", "join", "leave", "describe"] as const),
    ),
    user: fc.integer({ min: 0, max: users.length - 1 }),
    room: fc.integer({ min: 0, max: rooms.length - 1 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    n: fc.integer({ min: 0, max: 11 }),
  }),
  { minLength: 10, maxLength: 120, size: "max" },
);

/** Does what was drawn. What does not fit is refused by the store, and left out. Ids are the same in every run. */
export async function act(
  store: ChatStore,
  deeds: readonly Deed[],
  prefix = "entry",
): Promise<void> {
  for (const [index, deed] of deeds.entries()) {
    try {
      await actOne(store, deed, `${prefix}-${index}`);
    } catch (error) {
      if (!isStoreError(error)) throw error;
    }
  }
}

async function actOne(store: ChatStore, deed: Deed, id: string): Promise<void> {
  const { kind, user, room, share, n } = deed;
  const user_id = users[user] ?? "";
  const conversation_id = rooms[room] ?? null;
  const stream =
    conversation_id === null ? (`n:${user_id}` as const) : (`c:${conversation_id}` as const);
  const head = (await store.log.heads([stream])).get(stream)?.seq ?? 0;
  const seq = Math.max(1, Math.ceil(head * share));
  const timestamp = new Date(1_700_000_000_000 + n * 86_400_000).toISOString();
  const common = { id, user_id, conversation_id, ...(n % 3 === 0 && { timestamp }) };
  const append = (entry: NewEntry) => store.log.append(entry);
  if (kind === "send" || kind === "reply") {
    const mentioned = conversation_id === null ? undefined : mentions[n % mentions.length];
    await append({
      ...{ kind: "message", ...common, content: `text ${n}\n\u{1F468}\u200D\u{1F469}` },
      ...(kind === "reply" && { thread_seq: seq }),
      ...(n % 4 === 1 && head > 0 && { reply_to: seq }),
      ...(n % 5 === 2 && { metadata: { 2: "b", 1: "a", of: ["x", n], ["__proto__"]: { n } } }),
      ...(mentioned && { mentions: mentioned }),
      ...(n === 7 && { sent_hash: "a".repeat(43) }),
    });
    return;
  }
  if (kind === "edit") {
    const change = n % 2 === 0 ? { content: `edited ${n}` } : { metadata: n % 3 ? { n } : null };
    await append({ kind: "edit", ...common, target_seq: seq, ...change });
    return;
  }
  if (kind === "delete")
    return void (await append({ kind: "deletion", ...common, target_seq: seq }));
  if (kind === "react" || kind === "unreact") {
    const key = n % 2 ? "\u{1F44D}" : "heart";
    const reactor = conversation_id !== null && n > 8 ? `fan-${n}` : user_id;
    const added = kind === "react";
    await append({ kind: "reaction", ...common, user_id: reactor, target_seq: seq, key, added });
    return;
  }
  if (conversation_id === null) return;
  const member = { user_id, conversation_id };
  if (kind === "read") await store.reads.mark(member, { read_seq: seq });
  if (kind === "unread") await store.reads.mark(member, { unread_from: seq });
  if (kind === "join")
    await store.members.join({ ...member, user_id: n > 5 ? `guest-${n}` : user_id });
  if (kind === "leave") await store.members.leave(member);
  if (kind === "describe") {
    await store.conversations.update(conversation_id, {
      title: n % 4 ? `title ${n}` : null,
      ...(n % 3 === 0 && { metadata: { n } }),
    });
  }
  if (kind === "set") {
    await store.members.update(member, {
      ...(n % 2 === 0 && { archived: n % 4 === 0 }),
      ...(n % 3 === 0 && { pinned: n < 6 }),
      ...(n % 5 === 0 && { muted_until: n > 5 ? null : "2999-01-01T00:00:00.000Z" }),
    });
  }
}

/** Reads all that users see of a history, through the ports that the server uses. */
export async function seen(store: ChatStore): Promise<unknown> {
  const everybody = [...users, ...[6, 7, 8, 9, 10, 11].flatMap((n) => [`guest-${n}`, `fan-${n}`])];
  const ids = rooms.filter((id) => id !== null);
  const inboxes = await Promise.all(
    everybody.map(async (user) => ({
      user,
      inbox: await store.conversations.inbox(user, { limit: 100 }),
      archived: await store.conversations.inbox(user, { limit: 100, archived: true }),
      unread: await store.conversations.inbox(user, { limit: 100, unread: true }),
      totals: await store.reads.totals(user),
      ids: await store.conversations.idsOf(user, { limit: 100 }),
    })),
  );
  const streams = [
    ...ids.map((id) => `c:${id}` as const),
    ...users.map((user) => `n:${user}` as const),
  ];
  const logs = await Promise.all(
    streams.map(async (stream) => {
      const range = { limit: 1_000, from: "oldest" } as const;
      const entries = await store.log.page(stream, range);
      const messages = await store.messages.page(stream, { ...range, deleted: true });
      const more = await Promise.all(
        messages.map(async ({ seq, id }) => ({
          versions: await store.messages.versions(stream, seq),
          reactors: await store.messages.reactors(stream, seq, { limit: 1_000 }),
          thread: await store.messages.page(stream, { ...range, thread: seq }),
          found: await store.log.find(stream, id),
        })),
      );
      const shown = await store.messages.page(stream, range);
      return {
        stream,
        head: (await store.log.heads([stream])).get(stream),
        entries,
        messages,
        more,
        shown,
      };
    }),
  );
  const conversations = await store.conversations.get(ids, 5);
  const members = await Promise.all(
    ids.map(async (id) => {
      const listed = await store.members.list(id, { limit: 1_000 });
      const reads = await store.reads.list(id, { limit: 1_000 });
      return {
        id,
        listed: listed.map(({ user_id, joined_at }) => ({ user_id, joined_at })),
        reads: reads.map(({ user_id, read_seq }) => ({ user_id, read_seq })),
      };
    }),
  );
  return { inboxes, logs, conversations, members };
}

/** Makes a name that nothing else has. */
export function unique(name: string): string {
  return `${name}-${randomUUID()}`;
}

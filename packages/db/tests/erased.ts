import { expect } from "vitest";
import type { Entry } from "../src/entities.ts";
import { type ErasureReport, eraseUser } from "../src/erasure/erase-user.ts";
import type { InboxItem } from "../src/ports/conversations.ts";
import type { ErasureMode } from "../src/ports/erasures.ts";
import type { ChatStore } from "../src/store.ts";
import { conversationStream } from "../src/stream.ts";
import { expectFolded } from "./folded.ts";
import { upTo } from "./make.ts";
import { readEntries } from "./room.ts";

/** Erases a user of whom nobody stores anything meanwhile. */
export function erase(
  store: ChatStore,
  user_id: string,
  mode: ErasureMode,
): Promise<ErasureReport> {
  return eraseUser(store, { user_id, mode }, { settleMs: 0 });
}

/** Reads all that a store shows of a conversation, and of the inboxes of users. */
export async function readAll(store: ChatStore, id: string, users: readonly string[]) {
  const stream = conversationStream(id);
  const entries = await readEntries(store, stream);
  const all = { limit: 1_000 } as const;
  const shown = { ...all, from: "newest", deleted: true } as const;
  return {
    entries,
    head: (await store.log.heads([stream])).get(stream),
    messages: await store.messages.page(stream, shown),
    single: await Promise.all(entries.map(({ seq }) => store.messages.get(stream, seq))),
    versions: await Promise.all(entries.map(({ seq }) => store.messages.versions(stream, seq))),
    reactors: await Promise.all(
      entries.map(({ seq }) => store.messages.reactors(stream, seq, all)),
    ),
    conversation: await store.conversations.get([id], 1_000),
    members: await store.members.list(id, all),
    reads: await store.reads.list(id, all),
    inboxes: await Promise.all(
      users.map(async (user) => ({
        items: (await store.conversations.inbox(user, all)).filter((item) => item.id === id),
        changes: await store.members.changes({ user_ids: [user], since: new Date(0) }),
      })),
    ),
  };
}

/** Returns what was read with another id in the place of one. */
export function renamed<TValue>(value: TValue, from: string, to: string): TValue {
  return JSON.parse(JSON.stringify(value).replaceAll(from, to)) as TValue;
}

/** Checks that a store shows nothing of a user anywhere in a conversation, and that what is there is what its log says. */
export async function expectGone(
  store: ChatStore,
  { id, user, others }: { id: string; user: string; others: readonly string[] },
): Promise<void> {
  expect(JSON.stringify(await readAll(store, id, others))).not.toContain(user);
  await expectFolded(store, conversationStream(id));
  const stream = conversationStream(id);
  const entries = await readEntries(store, stream);
  expect(entries.map(({ seq }) => seq)).toEqual(upTo(entries.length));
  for (const entry of entries) {
    expect(await store.log.find(stream, entry.id)).toEqual(entry);
  }
  expect(await store.members.has({ conversation_id: id, user_id: user })).toBe(false);
  expect(await store.conversations.inbox(user, { limit: 10 })).toEqual([]);
  expect(await store.conversations.idsOf(user, { limit: 10 })).toEqual([]);
}

/** Computes from the log what is new to a user who has read up to a position. */
export function newIn(entries: readonly Entry[], user: string, { read_seq }: InboxItem) {
  const deleted = new Set(
    entries.flatMap((entry) => (entry.kind === "deletion" ? [entry.target_seq] : [])),
  );
  const unread = entries.filter(({ kind, seq, user_id }) => {
    return kind === "message" && seq > read_seq && user_id !== user && !deleted.has(seq);
  });
  const mentioning = unread.filter((entry) => {
    if (entry.kind !== "message" || entry.mentions === undefined) return false;
    return entry.mentions === "everyone" || entry.mentions.includes(user);
  });
  return { unread_count: unread.length, mention_count: mentioning.length };
}

import { expect } from "vitest";
import type { MessageView } from "../src/ports/messages.ts";
import type { ChatStore } from "../src/store.ts";
import { conversationOf, type Stream } from "../src/stream.ts";
import { upTo } from "./make.ts";
import { Oracle } from "./oracle.ts";
import { readEntries } from "./room.ts";

/** Checks that all a store shows of a log is what the log says, folded by the oracle. Nobody writes meanwhile. */
export async function expectFolded(store: ChatStore, stream: Stream): Promise<Oracle> {
  const oracle = new Oracle();
  const entries = await readEntries(store, stream);
  for (const entry of entries) oracle.apply(entry);
  oracle.checkErased(entries);
  await expectPages(store, stream, oracle);
  await expectSingles(store, stream, oracle);
  const head = (await store.log.heads([stream])).get(stream);
  expect(head).toEqual(oracle.head.seq === 0 ? undefined : oracle.head);
  await expectConversation(store, stream, oracle);
  return oracle;
}

async function expectPages(store: ChatStore, stream: Stream, oracle: Oracle): Promise<void> {
  const roots = new Set(
    oracle.view({ deleted: true }).flatMap(({ thread_seq = [] }) => thread_seq),
  );
  const threads: MessageView["thread"][] = [undefined, "none", ...roots, oracle.head.seq];
  const views = threads.flatMap((thread) =>
    [false, true].map((deleted) => ({ deleted, ...(thread !== undefined && { thread }) })),
  );
  await Promise.all(
    views.map(async (view) => {
      const expected = oracle.view(view);
      const range = { ...view, limit: 1_000 } as const;
      const middle = Math.floor(oracle.head.seq / 2);
      const [oldest, newest, readOn] = await Promise.all([
        store.messages.page(stream, { ...range, from: "oldest" }),
        store.messages.page(stream, { ...range, from: "newest", limit: 3, before: middle }),
        store.messages.readOn(stream, { ...range, after: middle }),
      ]);
      expect(oldest).toEqual(expected);
      expect(newest).toEqual(expected.filter(({ seq }) => seq < middle).slice(-3));
      const rest = expected.filter(({ seq }) => seq > middle);
      expect(readOn).toEqual({ messages: rest, read_to: oracle.head.seq });
    }),
  );
}

async function expectSingles(store: ChatStore, stream: Stream, oracle: Oracle): Promise<void> {
  const { messages } = store;
  const all = new Map(oracle.view({ deleted: true }).map((message) => [message.seq, message]));
  await Promise.all(
    upTo(oracle.head.seq + 1).map(async (seq) => {
      expect(await messages.get(stream, seq)).toEqual(all.get(seq) ?? null);
      if (!all.has(seq)) return;
      expect(await messages.versions(stream, seq)).toEqual(oracle.versions(seq));
      const reactors = oracle.reactors(seq);
      expect(await messages.reactors(stream, seq, { limit: 1_000 })).toEqual(reactors);
      const half = reactors[Math.floor(reactors.length / 2)];
      if (!half) return;
      const { key } = half;
      const range = { key, after: half, limit: 2 };
      const rest = reactors.filter((each) => each.key === key && each.seq > half.seq);
      expect(await messages.reactors(stream, seq, range)).toEqual(rest.slice(0, 2));
    }),
  );
}

async function expectConversation(store: ChatStore, stream: Stream, oracle: Oracle): Promise<void> {
  const id = conversationOf(stream);
  if (id === null) return;
  const [conversation] = await store.conversations.get([id], 5);
  if (oracle.head.seq === 0) return expect(conversation).toBeUndefined();
  expect(conversation).toMatchObject({
    messages: oracle.view().slice(-5),
    last_seq: oracle.head.seq,
    last_activity_at: oracle.saidAt,
  });
}

import { randomUUID } from "node:crypto";
import {
  type ChatStore,
  conversationStream,
  type Entry,
  isStoreError,
  type NewEntry,
} from "@chatnest/db";
import { expect, it } from "vitest";
import { upTo } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";

const room = "room";
const count = 10_000;

/** Makes the entry of a number: messages, and changes of the messages among the last hundred entries. */
function toEntry(n: number, seqs: readonly number[]): NewEntry {
  const base = { id: randomUUID(), user_id: `user-${n % 7}`, conversation_id: room };
  const content = `text ${n} ${"語".repeat(n % 50)}`;
  const target_seq = seqs[(n * 31) % seqs.length];
  if (target_seq === undefined || n % 10 < 3) return { ...base, kind: "message", content };
  if (n % 10 < 5) return { ...base, kind: "edit", target_seq, content };
  if (n % 10 === 5) return { ...base, kind: "deletion", target_seq };
  return { ...base, kind: "reaction", target_seq, key: `key-${n % 3}`, added: n % 4 > 0 };
}

/** Stores entries of all kinds until the log has so many. */
async function fill(store: ChatStore, length: number): Promise<void> {
  let seqs: number[] = [];
  let head = 0;
  for (let n = 0; head < length; n += 50) {
    const stored = upTo(50).map(async (m) => {
      const { entry, created } = await store.log.append(toEntry(n + m, seqs));
      return entry && created ? [entry] : [];
    });
    const ignore = (error: unknown) => {
      if (!isStoreError(error, "not_found")) throw error;
      return [];
    };
    const entries = (await Promise.all(stored.map((one) => one.catch(ignore)))).flat();
    head = Math.max(head, ...entries.map(({ seq }) => seq));
    const said = entries.filter(({ kind }) => kind === "message").map(({ seq }) => seq);
    seqs = [...seqs, ...said].filter((seq) => seq > head - 100);
  }
}

async function readLog(store: ChatStore): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const range = { after: entries.length, limit: 1_000, from: "oldest" } as const;
    const page = await store.log.page(conversationStream(room), range);
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

const entriesOf = ({ events }: SseReader) =>
  events.filter(({ event }) => event !== "ready").map(({ data }) => data as Entry);

it(`who was away for ${count} entries of all kinds gets all of them in order, and nobody else a change`, async () => {
  await using server = await startServer();
  const { store } = server;
  const url = `${server.url}/messages/${room}/events`;
  const headers = { accept: "text/event-stream;entries=all" };
  await fill(store, 60);
  await using first = await SseReader.open(`${url}?after=0`, { headers });
  await first.until((reader) => entriesOf(reader).length >= 60);
  await first.close();
  const before = entriesOf(first);

  await fill(store, count);
  const lastEventId = first.lastEventId ?? "";
  await using second = await SseReader.open(url, {
    headers: { ...headers, "last-event-id": lastEventId },
  });
  // Cut off in the middle.
  await second.until((reader) => entriesOf(reader).length >= count / 4);
  await second.close();
  const entries = [...before, ...entriesOf(second)];
  expect(entries.length).toBeLessThan(count);

  // Nothing is erased from here on, so what is sent is what is stored.
  const place = entries.length;
  const log = await readLog(store);
  await using third = await SseReader.open(url, {
    headers: { ...headers, "last-event-id": second.lastEventId ?? "" },
  });
  await using plain = await SseReader.open(`${url}?after=0`);
  await third.until((reader) => entriesOf(reader).length >= log.length - place, 30_000);
  expect(entriesOf(third)).toEqual(log.slice(place));
  expect(entries.slice(before.length)).toEqual(log.slice(before.length, place));
  expect([...entries, ...entriesOf(third)].map(({ seq }) => seq)).toEqual(upTo(log.length));

  const messages = log.filter((entry) => entry.kind === "message" && !entry.erased);
  await plain.until(({ seqs }) => seqs.length >= messages.length, 30_000);
  expect(plain.seqs).toEqual(messages.map(({ seq }) => seq));
  expect(new Set(plain.events.map(({ event }) => event))).toEqual(new Set(["ready", "message"]));
}, 60_000);

import { type Aspect, type States, toCurrent } from "../../changes/current.ts";
import type { Message } from "../../entities.ts";
import { StoreError } from "../../errors.ts";
import { readMetadata } from "../../metadata.ts";
import type { CausalReads } from "../connection/causal-reads.ts";
import type { Connection } from "../connection/connection.ts";
import {
  aspectKey,
  aspects,
  type EntryDocument,
  type Positions,
  toSent,
} from "../entry-documents.ts";
import { readNewest } from "../newest.ts";

/** How often a page is read again whose messages are changed meanwhile. */
const triesMax = 20;

/**
 * Converts the documents of messages to the messages in their current state. Only if one of them is marked as changed, it reads
 * more: the newest entry of each aspect, in one command, which is at least as new as the documents.
 * @throws StoreError `unavailable` when the messages change too fast.
 */
export async function toCurrentMessages(
  connection: StateParts,
  documents: readonly EntryDocument[],
  reads: CausalReads,
): Promise<Message[]> {
  let current = documents;
  for (let tries = 0; tries < triesMax; tries++) {
    const newest = await readStates(connection, current, reads);
    const stale = current.filter((document) => isStale(document, newest));
    if (stale.length === 0) {
      return current.map((document) => {
        const sent = toSent(document);
        return document.changed ? toCurrent(sent, statesOf(document, newest)) : sent;
      });
    }
    const again = await readAgain(connection, stale, reads);
    current = current.map((document) => again.get(document._id) ?? document);
  }
  throw new StoreError("unavailable", "the messages of a page change too fast");
}

type StateParts = Pick<Connection, "messages" | "isRouted">;

async function readStates(
  connection: StateParts,
  documents: readonly EntryDocument[],
  reads: CausalReads,
): Promise<ReadonlyMap<string, EntryDocument>> {
  const changed = documents.filter((document) => document.changed !== undefined);
  if (changed.length === 0) return new Map();
  const keys = {
    aspect: [...keysOf(changed, "text"), ...keysOf(changed, "reactions")],
    thread: keysOf(changed, "thread"),
  };
  return readNewest(connection, keys, { session: reads.session, fields });
}

/**
 * Tells whether an aspect was read before a change that another one, read later, has come after: the message would be one that
 * never was. The newest entry knows what is before it.
 */
function isStale(
  { stream, seq, changed = [] }: EntryDocument,
  newest: ReadonlyMap<string, EntryDocument>,
): boolean {
  const read: Positions = {};
  let last = 0;
  let known: Positions = {};
  for (const aspect of changed) {
    const entry = newest.get(aspectKey(stream, seq, aspect));
    if (!entry) continue;
    read[aspect] = entry.seq;
    if (entry.seq < last) continue;
    last = entry.seq;
    known = (aspect === "thread" ? entry.root_known : entry.known) ?? {};
  }
  return aspects.some((aspect) => (known[aspect] ?? 0) > (read[aspect] ?? 0));
}

async function readAgain(
  { messages }: StateParts,
  documents: readonly EntryDocument[],
  reads: CausalReads,
): Promise<Map<string, EntryDocument>> {
  const streams = [...new Set(documents.map(({ stream }) => stream))];
  const found = await reads.rows<EntryDocument>({
    find: messages.collectionName,
    filter: { _id: { $in: documents.map(({ _id }) => _id) }, stream: { $in: streams } },
    hint: { _id: 1 },
    batchSize: documents.length + 1,
    singleBatch: true,
  });
  return new Map(found.map((document) => [document._id, document]));
}

// Of what changed a message, a page needs no more.
const fields = [
  "kind",
  "seq",
  "timestamp",
  "text",
  "metadata",
  "reactions",
  "thread_state",
  "known",
  "root_known",
] as const;

function keysOf(documents: readonly EntryDocument[], aspect: Aspect): string[] {
  return documents
    .filter(({ changed }) => changed?.includes(aspect))
    .map(({ stream, seq }) => aspectKey(stream, seq, aspect));
}

function statesOf(
  { stream, seq }: EntryDocument,
  newest: ReadonlyMap<string, EntryDocument>,
): States {
  const of = (aspect: Aspect) => newest.get(aspectKey(stream, seq, aspect));
  const text = of("text");
  const reactions = of("reactions");
  const thread = of("thread");
  const states: States = {};
  if (text) states.text = toText(text);
  if (reactions?.reactions) {
    states.reactions = { seq: reactions.seq, reactions: reactions.reactions };
  }
  if (thread?.thread_state) states.thread = { seq: thread.seq, thread: thread.thread_state };
  return states;
}

function toText({
  kind,
  seq,
  timestamp,
  text = "",
  metadata,
}: EntryDocument): NonNullable<States["text"]> {
  const head = { seq, timestamp: timestamp.toISOString() };
  if (kind === "deletion") return { kind, ...head };
  return {
    kind: "edit",
    ...head,
    content: text,
    ...(metadata !== undefined && { metadata: readMetadata(metadata) }),
  };
}

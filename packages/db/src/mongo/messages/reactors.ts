import type { ClientSession, Filter } from "mongodb";
import { seqBefore } from "../../changes/reactor-order.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Reactor } from "../../entities.ts";
import type { ReactorRange } from "../../ports/messages.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { aspectKey, type EntryDocument, onKey } from "../entry-documents.ts";
import { readNewest } from "../newest.ts";

/** Which reactions to read, of which message. */
export interface ReactorQuery extends ReactorRange {
  stream: Stream;
  seq: number;
}

/**
 * Reads who reacts to a message, by key, those with one key in the order they reacted; nobody when it is deleted. A crash may
 * have left the mark of a reaction that was removed, so each is compared with the newest of its user.
 */
export async function readReactors(
  connection: Connection,
  { stream, seq, key, after, limit }: ReactorQuery,
  session: ClientSession,
): Promise<Reactor[]> {
  const text = aspectKey(stream, seq, "text");
  const found: Reactor[] = [];
  let from = after;
  for (;;) {
    const some = await readMarked(connection, { stream, seq, key, after: from, limit }, session);
    if (some.length === 0) return found;
    const keys = { reactor: some.map(({ reactor = "" }) => reactor), aspect: [text] };
    const newest = await readNewest(connection, keys, { session });
    // A deletion may not have taken the marks off yet.
    if (newest.get(text)?.kind === "deletion") return [];
    const on = some.filter(({ reactor = "", seq }) => newest.get(reactor)?.seq === seq);
    found.push(...on.map(toReactor));
    const last = some.at(-1);
    if (some.length < limit || found.length >= limit || !last) return found.slice(0, limit);
    from = { key: last.key ?? "", seq: last.seq };
  }
}

interface MarkedQuery {
  stream: Stream;
  seq: number;
  key: string | undefined;
  after: ReactorRange["after"];
  limit: number;
}

async function readMarked(
  { messages }: Connection,
  { limit, ...query }: MarkedQuery,
  session: ClientSession,
): Promise<EntryDocument[]> {
  return messages
    .find(filterOf(query), { session })
    .sort({ on: 1, seq: 1 })
    .limit(limit)
    .batchSize(limit + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
}

function filterOf({ stream, seq, key, after }: Omit<MarkedQuery, "limit">): Filter<EntryDocument> {
  if (key !== undefined) {
    return { on: onKey(stream, seq, key), seq: { $gt: seqBefore(key, after) } };
  }
  const all = onRange(stream, seq);
  if (!after) return all;
  const on = onKey(stream, seq, after.key);
  return { $or: [{ on, seq: { $gt: after.seq } }, { on: { ...all.on, $gt: on } }] };
}

/**
 * Makes the filter for all reactions to a message that are on: their keys start with its place. No key of a reaction has a
 * character below U+0020.
 */
export function onRange(stream: Stream, seq: number) {
  return { on: { $gt: onKey(stream, seq, ""), $lt: `${stream}\n${seq}\u000b` } };
}

function toReactor({ key = "", user_id, seq, timestamp }: EntryDocument): Reactor {
  return { key, user_id, seq, timestamp: timestamp.toISOString() };
}

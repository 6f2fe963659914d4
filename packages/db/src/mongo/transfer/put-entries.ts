import { randomInt } from "node:crypto";
import type { ClientSession } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { StoredEntry } from "../../ports/transfer.ts";
import type { Stream } from "../../stream.ts";
import { missingOf, takenId, unfounded } from "../../transfer/check-put.ts";
import type { Connection } from "../connection/connection.ts";
import { type EntryDocument, isMessage } from "../entry-documents.ts";
import { headOf, type LogHead, noHead, readLogHeads } from "../log/heads.ts";
import { erase } from "../writing/erasing.ts";
import { readGroupState } from "../writing/group-state.ts";
import { insertInOrder } from "../writing/insert.ts";
import { markChanged, takeOff } from "../writing/marks.ts";
import type { PendingAppend } from "../writing/pending-append.ts";
import { placeKey, readTargets, refusalOf, type TargetDocuments } from "../writing/targets.ts";
import { toDocument } from "../writing/to-document.ts";

/**
 * Writes entries as they were stored elsewhere, at the end of their log, as a group of sends is written: with the marks of what they
 * change before, and what they erase after.
 */
export async function putEntries(
  connection: Connection,
  stream: Stream,
  entries: readonly StoredEntry[],
): Promise<void> {
  await using session = connection.client.startSession({ causalConsistency: true });
  const head = (await readLogHeads(connection, [stream], session)).get(stream) ?? noHead;
  const ids = await readIds(connection, { stream, entries, head }, session);
  const missing = missingOf(entries, ids, head.seq);
  if (missing.length === 0) return;
  if (missing.some(({ kind }) => kind !== "message") && !(await connection.allowsChanges())) {
    const text =
      "this database does not allow edits, deletions and reactions yet: chatnest upgrade";
    throw new StoreError("conflict", text);
  }
  const targets: TargetDocuments = new Map();
  const documents = await toDocuments(connection, { stream, missing, head, targets }, session);
  await markChanged(connection, documents, { targets, session });
  const { count, stoppedBy, reason } = await insertInOrder(connection, documents, session);
  const stored = documents.slice(0, count);
  await erase(
    connection,
    stored.filter(({ kind }) => kind === "deletion"),
    session,
  );
  await takeOff(connection, stored);
  const stopped = missing[count];
  if (!stopped) return;
  if (stoppedBy === "id") throw takenId(stopped);
  if (stoppedBy === "seq") {
    throw new StoreError("conflict", `somebody else has stored an entry ${stopped.seq}`);
  }
  throw new Error(`MongoDB refused an entry: ${reason}`);
}

async function toDocuments(
  connection: Connection,
  {
    stream,
    missing,
    head: before,
    targets,
  }: { stream: Stream; missing: readonly StoredEntry[]; head: LogHead; targets: TargetDocuments },
  session: ClientSession,
): Promise<EntryDocument[]> {
  const by = randomInt(2 ** 47);
  const appends = missing.map((entry): PendingAppend => {
    return { append: { entry, admission: "join" }, key: entry.id, stream, jobs: [] };
  });
  // Those that are stored already; the others come with their documents.
  await readTargets(connection, appends, { targets, session });
  const state = await readGroupState(connection, appends, { targets, session });
  let head = before;
  return missing.map((entry) => {
    if (refusalOf(entry, stream, targets)) throw unfounded(entry);
    const document = asStored(entry, toDocument(entry, { stream, by, head }));
    head = headOf(document);
    if (isMessage(document)) targets.set(placeKey(stream, entry.seq), document);
    state.add(document);
    return document;
  });
}

/** Returns the document of an entry with what is beside it, and without the texts that it does not have: its deletion follows. */
function asStored(entry: StoredEntry, document: EntryDocument): EntryDocument {
  if (entry.sent_hash !== undefined) return { ...document, sent_hash: entry.sent_hash };
  if (!("erased" in entry) || !entry.erased) return document;
  const { content: _, text: _text, ...rest } = document;
  return entry.kind === "edit" ? { ...rest, erased: true } : rest;
}

async function readIds(
  { messages }: Connection,
  { stream, entries, head }: { stream: Stream; entries: readonly StoredEntry[]; head: LogHead },
  session: ClientSession,
): Promise<Map<number, string>> {
  const first = entries[0]?.seq ?? 0;
  const last = entries.at(-1)?.seq ?? 0;
  if (first > head.seq) return new Map();
  const documents = await messages
    .find({ stream, seq: { $gte: first, $lte: last } }, { session })
    .project<Pick<EntryDocument, "_id" | "seq">>({ seq: 1 })
    .batchSize(entries.length + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  return new Map(documents.map(({ _id, seq }) => [seq, _id.slice(0, _id.indexOf("/"))]));
}

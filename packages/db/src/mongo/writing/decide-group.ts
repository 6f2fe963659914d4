import type { ClientSession } from "mongodb";
import type { Place } from "../../changes/decide.ts";
import { timeOf } from "../../changes/new-entry.ts";
import { referencesOf, refers } from "../../changes/references.ts";
import type { Entry } from "../../entities.ts";
import { isStoreError } from "../../errors.ts";
import type { NewEntry } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { type EntryDocument, toEntry } from "../entry-documents.ts";
import type { KnownErasures } from "../erasures/known-erasures.ts";
import { headOf, type LogHead, noHead } from "../log/heads.ts";
import { decideEntry, type EntryParts, isOnTouched, needsStored } from "./decide-entry.ts";
import { GroupState, readGroupState } from "./group-state.ts";
import type { PendingAppend } from "./pending-append.ts";
import { readTargets, type TargetDocuments } from "./targets.ts";
import { toDocument } from "./to-document.ts";

/** An append that was decided on: the entry to be stored, and its document. */
export interface Decided {
  append: PendingAppend;
  entry: Entry;
  document: EntryDocument;
}

/** An entry that is refused, or that changes nothing: unless it is stored already, under its id. */
export interface Unstored {
  append: PendingAppend;
  outcome: { answer: Entry | null } | { error: unknown };
}

/** What became of the entries of a group. */
export interface DecidedGroup {
  /** In the given order, with positions that follow each other in each stream. */
  decided: Decided[];
  unstored: Unstored[];
  /** What has to be decided on after these are stored. */
  left: PendingAppend[];
}

/** What deciding needs. */
export interface GroupParts {
  heads: ReadonlyMap<Stream, LogHead>;
  targets: TargetDocuments;
  session: ClientSession;
  /** A random number of the call. */
  by: number;
  erasures: KnownErasures;
}

/** Decides on entries, in order. Those that refer to nothing are only numbered. */
export async function decideGroup(
  connection: Connection,
  appends: readonly PendingAppend[],
  { heads, targets, session, by, erasures }: GroupParts,
): Promise<DecidedGroup> {
  const referring = appends.filter(({ append }) => refers(append.entry));
  await readTargets(connection, referring, { targets, session });
  const state =
    referring.length > 0
      ? await readGroupState(connection, referring, { targets, session })
      : new GroupState(targets, new Map());
  const newHeads = new Map(heads);
  const waiting = new Set<Stream>();
  const group: DecidedGroup = { decided: [], unstored: [], left: [] };

  function leave(append: PendingAppend): void {
    waiting.add(append.stream);
    group.left.push(append);
  }

  async function take(append: PendingAppend, parts: EntryParts): Promise<void> {
    const { stream } = append;
    const { entry: given } = append.append;
    const head = newHeads.get(stream) ?? noHead;
    const outcome = await outcomeOf(given, placeAfter(head, given), parts);
    if ("store" in outcome) {
      const store = erasures.applyTo(outcome.store);
      const document = toDocument(store, { stream, by, head });
      if (given.kind === "message" && given.sent_hash) document.sent_hash = given.sent_hash;
      newHeads.set(stream, headOf(document));
      state.add(document);
      // Metadata is answered as it is read, whatever object the sender has.
      const entry = document.metadata === undefined ? store : toEntry(document);
      group.decided.push({ append, entry, document });
    }
    // An answer must not rest on what is not stored yet.
    else if (isOnTouched(given, parts)) leave(append);
    else group.unstored.push({ append, outcome });
  }

  /** Tells whether an entry refers to one of its own group. */
  function refersToGroup({ append, stream }: PendingAppend): boolean {
    const stored = heads.get(stream)?.seq ?? 0;
    const last = newHeads.get(stream)?.seq ?? 0;
    return referencesOf(append.entry).some((seq) => seq > stored && seq <= last);
  }

  for (const append of appends) {
    const parts = { connection, session, stream: append.stream, state };
    const isLeft = waiting.has(append.stream) || refersToGroup(append);
    if (isLeft || needsStored(append.append.entry, parts)) leave(append);
    else await take(append, parts);
  }
  return group;
}

async function outcomeOf(entry: NewEntry, place: Place, parts: EntryParts) {
  try {
    return await decideEntry(entry, place, parts);
  } catch (error) {
    if (!isStoreError(error) || error.code === "unavailable") throw error;
    return { error };
  }
}

function placeAfter(head: LogHead, entry: NewEntry): Place {
  const time = timeOf(entry, head.timestamp.getTime());
  return { seq: head.seq + 1, timestamp: new Date(time).toISOString() };
}

import type { ClientSession } from "mongodb";
import { referencesOf } from "../../changes/references.ts";
import type { Target } from "../../changes/target.ts";
import type { Entry, ReactionEntry } from "../../entities.ts";
import { readMetadata } from "../../metadata.ts";
import type { NewReaction } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import {
  aspectKey,
  aspects,
  type EntryDocument,
  onKey,
  type Positions,
  reactorKey,
  toEntry,
} from "../entry-documents.ts";
import { readNewest } from "../newest.ts";
import type { PendingAppend } from "./pending-append.ts";
import { placeKey, type TargetDocuments } from "./targets.ts";

/** The first users who have a reaction, but are not shown with it. */
export interface Waiting {
  users: readonly string[];
  /** Whether there are no more. */
  isAll: boolean;
}

/**
 * What the entries of a group are decided on: the messages they refer to and the newest entries of their aspects, as they were
 * read, and then as the entries of the group before make them.
 */
export class GroupState {
  readonly #targets: TargetDocuments;
  readonly #newest: Map<string, EntryDocument>;
  /** The messages that entries of the group change. */
  readonly #touched = new Set<string>();
  /** By the key of a reaction: the first users who have it, but are not shown. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(targets: TargetDocuments, newest: Map<string, EntryDocument>) {
    this.#targets = targets;
    this.#newest = newest;
  }

  /** Returns a message that the group refers to; `undefined` when there is none. */
  target(stream: Stream, seq: number): Target | undefined {
    const document = this.#targets.get(placeKey(stream, seq));
    if (!document) return undefined;
    const { user_id, timestamp, thread_seq, content = "", metadata } = document;
    const text = this.#entryOf(aspectKey(stream, seq, "text"));
    const reactions = this.#newest.get(aspectKey(stream, seq, "reactions"))?.reactions ?? [];
    return {
      seq,
      user_id,
      timestamp: timestamp.toISOString(),
      thread_seq,
      content,
      metadata: metadata === undefined ? undefined : readMetadata(metadata),
      text: text?.kind === "edit" || text?.kind === "deletion" ? text : undefined,
      reactions,
      thread: this.#newest.get(aspectKey(stream, seq, "thread"))?.thread_state,
    };
  }

  /** Returns the newest reaction of a user with a key. */
  own(stream: Stream, reaction: NewReaction): ReactionEntry | undefined {
    const entry = this.#entryOf(reactorKey(stream, reaction));
    return entry?.kind === "reaction" ? entry : undefined;
  }

  /** Returns the deletion of a message whose texts may not be erased yet. */
  unfinished(stream: Stream, seq: number): EntryDocument | undefined {
    const newest = this.#newest.get(aspectKey(stream, seq, "text"));
    return newest?.erasing ? newest : undefined;
  }

  /** Tells whether an entry of the group changes a message: what is read of it now is not the whole truth. */
  isTouched(stream: Stream, seq: number | undefined): boolean {
    return seq !== undefined && this.#touched.has(placeKey(stream, seq));
  }

  /** Returns the first users who have a reaction, but are not shown with it; `undefined` when they are not known. */
  waitingFor(stream: Stream, { target_seq, key }: NewReaction): Waiting | undefined {
    return this.#waiting.get(onKey(stream, target_seq, key));
  }

  /** Learns who they are. */
  learnWaiting(stream: Stream, { target_seq, key }: NewReaction, waiting: Waiting): void {
    this.#waiting.set(onKey(stream, target_seq, key), waiting);
  }

  /** Takes up a document of the group that is about to be stored, and completes it with what is known of its target. */
  add(document: EntryDocument): void {
    const { stream, target_seq, thread_seq } = document;
    for (const key of [document.aspect, document.thread, document.reactor]) {
      if (key !== undefined) this.#newest.set(key, document);
    }
    if (target_seq !== undefined) {
      document.known = this.#knownOf(stream, target_seq);
      this.#touched.add(placeKey(stream, target_seq));
    }
    if (document.kind === "reaction") this.#updateWaiting(document);
    if (thread_seq !== undefined) {
      document.root_known = this.#knownOf(stream, thread_seq);
      this.#touched.add(placeKey(stream, thread_seq));
    }
  }

  #updateWaiting({
    stream,
    target_seq = 0,
    key = "",
    user_id,
    added,
    reactions,
  }: EntryDocument): void {
    const waiting = this.#waiting.get(onKey(stream, target_seq, key));
    if (!waiting) return;
    const shown = reactions?.find((reaction) => reaction.key === key)?.user_ids ?? [];
    const left = waiting.users.filter((user) => user !== user_id && !shown.includes(user));
    // Behind those who are not known the place is not known either.
    const joins = added && waiting.isAll && !shown.includes(user_id);
    const users = joins ? [...left, user_id] : left;
    this.#waiting.set(onKey(stream, target_seq, key), { ...waiting, users });
  }

  #knownOf(stream: Stream, seq: number): Positions {
    const known: Positions = {};
    for (const aspect of aspects) {
      const newest = this.#newest.get(aspectKey(stream, seq, aspect));
      if (newest) known[aspect] = newest.seq;
    }
    return known;
  }

  #entryOf(key: string): Entry | undefined {
    const document = this.#newest.get(key);
    return document && toEntry(document);
  }
}

/** Reads what entries are decided on. Call it when the heads of their logs are known, never before. */
export async function readGroupState(
  connection: Connection,
  appends: readonly PendingAppend[],
  { targets, session }: { targets: TargetDocuments; session: ClientSession },
): Promise<GroupState> {
  const keys = { aspect: new Set<string>(), thread: new Set<string>(), reactor: new Set<string>() };
  for (const { append, stream } of appends) {
    const { entry } = append;
    const root = rootOf(entry, stream, targets);
    for (const seq of [...referencesOf(entry), ...(root === undefined ? [] : [root])]) {
      keys.aspect.add(aspectKey(stream, seq, "text")).add(aspectKey(stream, seq, "reactions"));
      keys.thread.add(aspectKey(stream, seq, "thread"));
    }
    if (entry.kind === "reaction") keys.reactor.add(reactorKey(stream, entry));
  }
  const { aspect, thread, reactor } = keys;
  const all = { aspect: [...aspect], thread: [...thread], reactor: [...reactor] };
  return new GroupState(targets, await readNewest(connection, all, { session }));
}

// The thread that an entry changes: of a reply, and of the deletion of one.
function rootOf(
  entry: PendingAppend["append"]["entry"],
  stream: Stream,
  targets: TargetDocuments,
): number | undefined {
  if (entry.kind === "message") return entry.thread_seq;
  if (entry.kind !== "deletion") return undefined;
  return targets.get(placeKey(stream, entry.target_seq))?.thread_seq;
}

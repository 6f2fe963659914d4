import type { ClientSession } from "mongodb";
import {
  type Decision,
  decideDeletion,
  decideEdit,
  decideMessage,
  decideReaction,
  type Place,
} from "../../changes/decide.ts";
import { makesRoom } from "../../changes/reactions.ts";
import { referencesOf } from "../../changes/references.ts";
import { isDeleted } from "../../changes/target.ts";
import type { NewDeletion, NewEntry, NewReaction } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { erase } from "./erasing.ts";
import type { GroupState } from "./group-state.ts";
import { readWaiting, threadWithout } from "./neighbours.ts";

/** What deciding on one entry needs. */
export interface EntryParts {
  connection: Connection;
  session: ClientSession;
  stream: Stream;
  state: GroupState;
}

/**
 * Tells whether deciding on an entry has to read what entries of its own group may be about to change: those have to be stored
 * first.
 */
export function needsStored(entry: NewEntry, { state, stream }: EntryParts): boolean {
  if (entry.kind !== "deletion" && entry.kind !== "reaction") return false;
  const target = state.target(stream, entry.target_seq);
  if (!target) return false;
  if (entry.kind === "deletion") return state.isTouched(stream, target.thread_seq);
  if (entry.added || !makesRoom(target.reactions, entry)) return false;
  const waiting = state.waitingFor(stream, entry);
  // All that were read may be shown by now.
  return waiting ? waiting.users.length === 0 : state.isTouched(stream, target.seq);
}

/** Tells whether entries of the same group change what an entry refers to. */
export function isOnTouched(entry: NewEntry, { state, stream }: EntryParts): boolean {
  return referencesOf(entry).some((seq) => state.isTouched(stream, seq));
}

/**
 * Decides on one entry.
 * @throws StoreError `invalid`, `not_found`, `changed`, `conflict`, `unavailable`.
 */
export async function decideEntry(
  entry: NewEntry,
  place: Place,
  parts: EntryParts,
): Promise<Decision> {
  const { state, stream } = parts;
  switch (entry.kind) {
    case "message": {
      const { reply_to, thread_seq } = entry;
      const quoted = reply_to === undefined ? undefined : state.target(stream, reply_to);
      const root = thread_seq === undefined ? undefined : state.target(stream, thread_seq);
      return { store: decideMessage(entry, place, { quoted, root }) };
    }
    case "edit":
      return { store: decideEdit(entry, place, state.target(stream, entry.target_seq)) };
    case "deletion":
      return onDeletion(entry, place, parts);
    case "reaction":
      return onReaction(entry, place, parts);
  }
}

async function onDeletion(
  entry: NewDeletion,
  place: Place,
  { connection, session, stream, state }: EntryParts,
): Promise<Decision> {
  const target = state.target(stream, entry.target_seq);
  const unfinished = state.unfinished(stream, entry.target_seq);
  // A crash may have interrupted the deletion that answers this one.
  if (unfinished && !state.isTouched(stream, entry.target_seq)) {
    await erase(connection, [unfinished], session);
  }
  const isReply = target?.thread_seq !== undefined && !isDeleted(target);
  if (!isReply) return decideDeletion(entry, place, { target });
  const root = state.target(stream, target.thread_seq ?? 0);
  const thread = await threadWithout(connection, { stream, reply: target, root }, session);
  return decideDeletion(entry, place, { target, thread });
}

async function onReaction(
  entry: NewReaction,
  place: Place,
  { connection, session, stream, state }: EntryParts,
): Promise<Decision> {
  const target = state.target(stream, entry.target_seq);
  const own = state.own(stream, entry);
  const isFreed = target && !entry.added && own?.added && makesRoom(target.reactions, entry);
  const shown = isFreed
    ? target.reactions.find(({ key }) => key === entry.key)?.user_ids
    : undefined;
  if (shown && !state.waitingFor(stream, entry)) {
    const waiting = await readWaiting(connection, { stream, entry, shown }, session);
    state.learnWaiting(stream, entry, waiting);
  }
  const next = shown && state.waitingFor(stream, entry)?.users[0];
  return decideReaction(entry, place, { target, own, next });
}

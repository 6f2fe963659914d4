import type {
  DeletionEntry,
  Editable,
  EditEntry,
  Entry,
  MessageEntry,
  Reaction,
  ReactionEntry,
  Thread,
} from "../entities.ts";
import { StoreError } from "../errors.ts";
import type { NewDeletion, NewEdit, NewEntry, NewMessage, NewReaction } from "../ports/log.ts";
import { addReaction, removeReaction } from "./reactions.ts";
import { isDeleted, type Target, textOf } from "./target.ts";

// Decisions are made on everything that is in the log below the position that the entry takes. If another process takes the
// position first, they are made again. So a change is never lost, doubled, or without effect. See docs/decisions/0013.

/** The position and time of an entry that is about to be stored. */
export interface Place {
  seq: number;
  timestamp: string;
}

/** An entry to be stored, or the one that makes storing it needless. */
export type Decision<TEntry extends Entry = Entry> = { store: TEntry } | { answer: TEntry | null };

/**
 * Decides on a message.
 * @throws StoreError `invalid` when it quotes, or replies in the thread of, something that is no message here.
 */
export function decideMessage(
  message: NewMessage,
  place: Place,
  { quoted, root }: { quoted?: Target | undefined; root?: Target | undefined },
): MessageEntry {
  const { content, reply_to, thread_seq, mentions, metadata } = message;
  if (reply_to !== undefined && (!quoted || isDeleted(quoted))) throw noReference("reply_to");
  const entry: MessageEntry = {
    kind: "message",
    ...headOf(message, place),
    content,
    ...(reply_to !== undefined && { reply_to }),
    ...(thread_seq !== undefined && { thread_seq }),
    ...(mentions !== undefined && { mentions }),
    ...(metadata !== undefined && { metadata }),
  };
  if (thread_seq === undefined) return entry;
  if (!root || isDeleted(root)) throw noReference("thread_seq");
  if (root.thread_seq !== undefined) {
    throw invalidReference("thread_seq", "the message is in a thread itself");
  }
  const count = (root.thread?.count ?? 0) + 1;
  return { ...entry, thread_state: { count, last_seq: place.seq, last_at: place.timestamp } };
}

/**
 * Decides on an edit.
 * @throws StoreError `not_found`, `changed`.
 */
export function decideEdit(edit: NewEdit, place: Place, target: Target | undefined): EditEntry {
  if (!target || isDeleted(target)) throw noMessage();
  const { content, metadata, unchanged_since, target_seq } = edit;
  if (unchanged_since !== undefined && (target.text?.seq ?? target.seq) > unchanged_since) {
    throw new StoreError("changed", "the message was edited since that version");
  }
  const before = textOf(target);
  const after = metadata === undefined ? before.metadata : (metadata ?? undefined);
  return {
    kind: "edit",
    ...headOf(edit, place),
    target_seq,
    edited: editedBy(edit),
    content: content ?? before.content,
    ...(after !== undefined && { metadata: after }),
  };
}

/** Returns what an edit changes. */
export function editedBy({ content, metadata }: NewEdit): Editable[] {
  return [
    ...(content === undefined ? [] : (["content"] as const)),
    ...(metadata === undefined ? [] : (["metadata"] as const)),
  ];
}

/**
 * Decides on a deletion.
 * @param thread The thread of the message, if it is in one, without the message.
 * @throws StoreError `not_found`.
 */
export function decideDeletion(
  deletion: NewDeletion,
  place: Place,
  { target, thread }: { target: Target | undefined; thread?: Thread | undefined },
): Decision<DeletionEntry> {
  if (!target) throw noMessage();
  if (target.text?.kind === "deletion") return { answer: target.text };
  const { thread_seq } = target;
  return {
    store: {
      kind: "deletion",
      ...headOf(deletion, place),
      target_seq: target.seq,
      ...(thread_seq !== undefined && { thread_seq }),
      ...(thread !== undefined && { thread_state: thread }),
    },
  };
}

/** What a reaction is decided on. */
export interface ReactionState {
  target: Target | undefined;
  /** The newest reaction of this user with this key. */
  own: ReactionEntry | undefined;
  /** The user who is shown when this one is gone. */
  next?: string | undefined;
}

/**
 * Decides on a reaction.
 * @throws StoreError `not_found`, `conflict` when the message has too many keys.
 */
export function decideReaction(
  reaction: NewReaction,
  place: Place,
  { target, own, next }: ReactionState,
): Decision<ReactionEntry> {
  if (!target || isDeleted(target)) throw noMessage();
  const { added, key, target_seq } = reaction;
  if (added === (own?.added ?? false)) return { answer: added && own ? own : null };
  const reactions: Reaction[] = added
    ? addReaction(target.reactions, reaction)
    : removeReaction(target.reactions, reaction, next);
  return {
    store: { kind: "reaction", ...headOf(reaction, place), target_seq, key, added, reactions },
  };
}

/** Makes the error for a position at which there is no message to change. */
export function noMessage(): StoreError {
  return new StoreError("not_found", "there is no message at this position");
}

/** Makes the error for a field that refers to a position at which there is no message. */
export function noReference(field: string): StoreError {
  return invalidReference(field, "there is no message at this position");
}

function invalidReference(field: string, text: string): StoreError {
  return new StoreError("invalid", `${field}: ${text}`, { field });
}

function headOf({ id, user_id, conversation_id }: NewEntry, { seq, timestamp }: Place) {
  return { id, user_id, timestamp, conversation_id, seq };
}

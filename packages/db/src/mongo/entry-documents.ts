import type { Aspect } from "../changes/current.ts";
import type {
  Editable,
  EditEntry,
  Entry,
  Message,
  MessageEntry,
  Reaction,
  ReactionEntry,
  Thread,
} from "../entities.ts";
import { readMetadata } from "../metadata.ts";
import { conversationOf, type Stream } from "../stream.ts";

/** The positions of entries, by the aspect whose state they have. */
export type Positions = Partial<Record<Aspect, number>>;

/** All aspects of a message. */
export const aspects: readonly Aspect[] = ["text", "reactions", "thread"];

/** A document of `chat_messages`: an entry of a log. Each index beside those of keys and positions holds few of them. */
export interface EntryDocument {
  /** The id and the name of the log, joined by {@link entryKey}. So the index of `_id` makes ids unique in their log. */
  _id: string;
  stream: Stream;
  seq: number;
  user_id: string;
  timestamp: Date;
  /** A random number of the call that stored it, which tells whether an entry that is found is its own. */
  by?: number;
  /** Absent: a message. */
  kind?: "edit" | "deletion" | "reaction";
  /** How many messages the log holds up to it. Absent: `seq`. */
  count?: number;

  /** Of messages. Absent when it is erased. */
  content?: string;
  /** JSON; of messages and edits. */
  metadata?: string;
  /** Of messages: the users, or `true` for everyone. Absent when it is erased. */
  mentions?: string[] | true;
  /** Of messages that a hook has changed: the hash of what was sent. Absent when it is erased. */
  sent_hash?: string;
  reply_to?: number;
  /** Of replies, and of deletions of replies. */
  thread_seq?: number;
  /** The key of the thread, made by {@link aspectKey}. */
  thread?: string;
  /** The thread after this entry. */
  thread_state?: Thread;
  /** Which aspects have entries, or may have after a crash. */
  changed?: Aspect[];
  /** The position of the deletion that erased it. */
  deleted_seq?: number;

  /** Of changes: the newest message before it, and its timestamp. */
  said_seq?: number;
  said_at?: Date;
  target_seq?: number;
  /** The newest entries of the aspects of the target, up to this one. */
  known?: Positions;
  /** The same of the root of the thread, of replies and deletions of replies. */
  root_known?: Positions;
  /** The key of the aspect whose state the change has, made by {@link aspectKey}. */
  aspect?: string;

  edited?: Editable[];
  /** Of edits, apart from `content` so that the index of messages has no edits. Absent when it is erased. */
  text?: string;
  erased?: true;
  /** Of deletions, until the texts are erased. */
  erasing?: true;

  key?: string;
  added?: boolean;
  reactions?: Reaction[];
  /** The key of all reactions of one user with one key to one message, made by {@link reactorKey}. */
  reactor?: string;
  /** Of a reaction that is on, made by {@link onKey}. A crash can leave it on one that is off. */
  on?: string;
}

/** Makes the key of an entry. Its id has no `/`, so the first one ends it. */
export function entryKey(stream: Stream, id: string): string {
  return `${id}/${stream}`;
}

// Neither the names of logs nor the keys of reactions have control characters.

/** Makes the key of an aspect of a message. */
export function aspectKey(stream: Stream, seq: number, aspect: Aspect): string {
  return `${stream}\n${seq}\n${aspect}`;
}

/** Makes the key of the reactions of all users with one key to one message. */
export function onKey(stream: Stream, seq: number, key: string): string {
  return `${stream}\n${seq}\n${key}`;
}

/** Makes the key of the reactions of one user with one key to one message. */
export function reactorKey(
  stream: Stream,
  { target_seq, key, user_id }: Pick<ReactionEntry, "target_seq" | "key" | "user_id">,
): string {
  return `${onKey(stream, target_seq, key)}\n${user_id}`;
}

/** Tells whether a document is that of a message, erased or not. */
export function isMessage({ kind }: EntryDocument): boolean {
  return kind === undefined;
}

/** Converts the document of a message to the message as it was sent. */
export function toSent(document: EntryDocument): Message {
  const { _id, user_id, content = "", timestamp, stream, seq } = document;
  const { reply_to, thread_seq, mentions, metadata } = document;
  // Without spreads: a page has up to 1,000 messages.
  const message: Message = {
    id: _id.slice(0, _id.indexOf("/")),
    user_id,
    content,
    timestamp: timestamp.toISOString(),
    conversation_id: conversationOf(stream),
    seq,
  };
  if (reply_to !== undefined) message.reply_to = reply_to;
  if (thread_seq !== undefined) message.thread_seq = thread_seq;
  if (mentions !== undefined) message.mentions = mentions === true ? "everyone" : mentions;
  if (metadata !== undefined) message.metadata = readMetadata(metadata);
  return message;
}

/** Converts a document to its entry. */
export function toEntry(document: EntryDocument): Entry {
  const { kind = "message", thread_seq, thread_state, target_seq = 0 } = document;
  switch (kind) {
    case "message":
      return toMessageEntry(document);
    case "edit":
      return toEdit(document);
    case "deletion":
      return {
        kind,
        ...headOf(document),
        target_seq,
        ...(thread_seq !== undefined && { thread_seq }),
        ...(thread_state && { thread_state }),
      };
    case "reaction": {
      const { key = "", added = false, reactions = [] } = document;
      return { kind, ...headOf(document), target_seq, key, added, reactions };
    }
  }
}

function toMessageEntry(document: EntryDocument): MessageEntry {
  const entry: MessageEntry = { kind: "message", ...toSent(document) };
  if (document.thread_state) entry.thread_state = document.thread_state;
  if (document.deleted_seq !== undefined) entry.erased = true;
  return entry;
}

function toEdit(document: EntryDocument): EditEntry {
  const { target_seq = 0, edited = [], text = "", metadata, erased } = document;
  return {
    kind: "edit",
    ...headOf(document),
    target_seq,
    edited,
    content: text,
    ...(metadata !== undefined && { metadata: readMetadata(metadata) }),
    ...(erased && { erased }),
  };
}

function headOf({ _id, user_id, timestamp, stream, seq }: EntryDocument) {
  return {
    id: _id.slice(0, _id.indexOf("/")),
    user_id,
    timestamp: timestamp.toISOString(),
    conversation_id: conversationOf(stream),
    seq,
  };
}

import type { Entry } from "../../entities.ts";
import { toMetadataText } from "../../metadata.ts";
import type { Stream } from "../../stream.ts";
import { aspectKey, type EntryDocument, entryKey, onKey, reactorKey } from "../entry-documents.ts";
import type { LogHead } from "../log/heads.ts";

/** Where and by which call an entry is stored. */
export interface Storing {
  stream: Stream;
  /** A random number of the call. */
  by: number;
  /** The head of the log before the entry. */
  head: LogHead;
}

/** Converts an entry to the document that stores it. */
export function toDocument(entry: Entry, { stream, by, head }: Storing): EntryDocument {
  const { id, user_id, seq } = entry;
  const timestamp = new Date(entry.timestamp);
  const common = { _id: entryKey(stream, id), stream, seq, user_id };
  if (entry.kind === "message") {
    const { content, reply_to, thread_seq, thread_state, mentions } = entry;
    const count = head.count + 1;
    return {
      ...common,
      content,
      timestamp,
      by,
      ...(count !== seq && { count }),
      ...(reply_to !== undefined && { reply_to }),
      ...(thread_seq !== undefined && {
        thread_seq,
        thread: aspectKey(stream, thread_seq, "thread"),
      }),
      ...(thread_state && { thread_state }),
      ...(mentions !== undefined && { mentions: mentions === "everyone" ? true : mentions }),
      ...metadataOf(entry),
    };
  }
  const { kind, target_seq } = entry;
  const { count, said_seq, said_at } = head;
  const change = { ...common, timestamp, by, kind, count, said_seq, said_at, target_seq };
  switch (kind) {
    case "edit": {
      const { edited, content: text } = entry;
      const aspect = aspectKey(stream, target_seq, "text");
      return { ...change, aspect, edited, text, ...metadataOf(entry) };
    }
    case "deletion": {
      const { thread_seq, thread_state } = entry;
      const aspect = aspectKey(stream, target_seq, "text");
      return {
        ...change,
        aspect,
        ...(thread_seq !== undefined && {
          thread_seq,
          thread: aspectKey(stream, thread_seq, "thread"),
        }),
        ...(thread_state && { thread_state }),
        erasing: true,
      };
    }
    case "reaction": {
      const { key, added, reactions } = entry;
      const aspect = aspectKey(stream, target_seq, "reactions");
      const on = added ? { on: onKey(stream, target_seq, key) } : {};
      return {
        ...change,
        aspect,
        key,
        added,
        reactions,
        reactor: reactorKey(stream, entry),
        ...on,
      };
    }
  }
}

function metadataOf({ metadata }: Pick<Extract<Entry, { metadata?: unknown }>, "metadata">) {
  return metadata === undefined ? {} : { metadata: toMetadataText(metadata) };
}

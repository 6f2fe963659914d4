import type { ChatStore, Message, Stream, Version } from "@chatnest/db";
import { parseReactorCursor, toReactorCursor } from "./cursor.ts";
import { noMessage } from "./errors.ts";
import { type HistoryRange, readPage } from "./history.ts";
import type { MessagePage } from "./schemas/messages.ts";
import type { ReactorPage } from "./schemas/reactions.ts";

/** A message of a log, by its position. */
export interface MessagePlace {
  stream: Stream;
  seq: number;
}

/**
 * Reads one message in its current state.
 * @throws ChatError `not_found` when there is none, or it is deleted.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readMessage(
  store: ChatStore,
  { stream, seq }: MessagePlace,
): Promise<Message> {
  const message = await store.messages.get(stream, seq);
  if (!message || message.deleted_at !== undefined) throw noMessage();
  return message;
}

/**
 * Reads the texts that a message has and had, oldest first.
 * @throws ChatError `not_found` when there is no such message, or it is deleted.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readVersions(
  store: ChatStore,
  { stream, seq }: MessagePlace,
): Promise<Version[]> {
  const versions = await store.messages.versions(stream, seq);
  if (versions.length === 0) throw noMessage();
  return versions;
}

/**
 * Reads one page of the thread that a message started, which may be deleted since.
 * @throws ChatError `not_found` when there is no such message.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readReplies(
  store: ChatStore,
  { stream, seq }: MessagePlace,
  range: HistoryRange,
): Promise<MessagePage> {
  if (!(await store.messages.get(stream, seq))) throw noMessage();
  return readPage(store, stream, { ...range, thread: seq });
}

/** Which page of the reactions to a message to read. */
export interface ReactorPageRange {
  key?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Reads one page of who reacts to a message.
 * @throws ChatError `not_found` when there is no such message, or it is deleted, `validation_failed` when the cursor is invalid.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readReactorPage(
  store: ChatStore,
  { stream, seq }: MessagePlace,
  { key, limit, cursor }: ReactorPageRange,
): Promise<ReactorPage> {
  const after = cursor === undefined ? undefined : parseReactorCursor(cursor);
  await readMessage(store, { stream, seq });
  const found = await store.messages.reactors(stream, seq, {
    // One more than the page, to know whether there is a next one.
    limit: limit + 1,
    ...(key !== undefined && { key }),
    ...(after && { after }),
  });
  const reactions = found.slice(0, limit);
  const last = reactions.at(-1);
  return {
    reactions,
    next: last && found.length > limit ? { cursor: toReactorCursor(last) } : null,
  };
}

import { ChatError } from "../index.js";
import type { Saved } from "./database.ts";
import type { OutboxItem, SendToOutboxInput } from "./outbox.ts";

/** A message of an outbox, and what is done with it in this page. */
export interface Entry {
  saved: Saved;
  item: OutboxItem;
  /** Changes that are being saved. */
  saving: number;
  /** Set while it is being sent. */
  sending?: AbortController | undefined;
  /** Set while it waits for the next attempt, or until it is no longer shown. */
  timer?: ReturnType<typeof setTimeout> | undefined;
  /** Attempts that did not succeed. */
  tries: number;
}

/** Creates the entry of a new message. */
export function createEntry(
  { id = "", conversation_id, content, ...rest }: SendToOutboxInput,
  user_id: string,
  at: number,
): Entry {
  const { reply_to, thread_seq, mentions, metadata } = rest;
  const saved = {
    ...{ key: keyOf(conversation_id, id), at, id, conversation_id, user_id, content },
    timestamp: new Date().toISOString(),
    ...(reply_to !== undefined && { reply_to }),
    ...(thread_seq !== undefined && { thread_seq }),
    ...(mentions !== undefined && { mentions: copy(mentions) }),
    ...(metadata !== undefined && { metadata: copy(metadata) }),
  };
  return { saved, item: toItem(saved, false), saving: 0, tries: 0 };
}

// What is sent later is what was given now. Proxies, as of Vue and MobX, cannot be saved or told to other pages.
function copy<TValue>(value: TValue): TValue {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    // The send says why it cannot be sent.
    return value;
  }
}

/** Names a message: ids are unique in their conversation, and have no line breaks in them. */
export function keyOf(conversation_id: string, id: string): string {
  return `${conversation_id}\n${id}`;
}

/** Creates the entry of a message that was saved before, or by another page. */
export function toEntry(saved: Saved): Entry {
  return { saved, item: toItem(saved, true), saving: 0, tries: 0 };
}

/** Returns the input of the call that sends a message: the same each time, so that it is stored once. */
export function toInput({ key: _, at: __, timestamp: ___, refused: ____, ...input }: Saved) {
  return input;
}

/** Returns a message as it is shown. */
export function toItem(saved: Saved, isSaved: boolean): OutboxItem {
  const { refused, timestamp } = saved;
  const item = { ...toInput(saved), timestamp, isSaved };
  if (!refused) return { ...item, status: "pending" };
  const { code, message, ...details } = refused;
  const error = new ChatError(code, message, details);
  return { ...item, status: "failed", error };
}

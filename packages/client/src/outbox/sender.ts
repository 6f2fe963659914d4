import { backoffMs } from "../http/backoff.ts";
import type { ChatClient, ChatError, ChatErrorCode, Message } from "../index.js";
import type { Entries } from "./entries.ts";
import { type Entry, toInput } from "./entry.ts";

/** What sending needs. */
export interface SenderOptions {
  client: ChatClient;
  entries: Entries;
  /** Tells whether it is up to this page to send a message. */
  maySend(entry: Entry): boolean;
  /** Tells whether a saved message is still to be sent. */
  isSaved(key: string): Promise<boolean>;
  /** Called for each message that is stored by the server. */
  onSent(entry: Entry, message: Message): void;
  /** Called for each message that the server refuses. */
  onRefused(entry: Entry, error: ChatError): void;
}

/** Sends the messages of an outbox. */
export interface Sender {
  /** Sends what can be sent now: the first pending message of each conversation. */
  pump(): void;
  /** Ends the waits between attempts. */
  wake(): void;
}

const backoff = { baseMs: 1_000, maxMs: 15_000 };
/** The longest wait that a server can ask for, in ms. */
const waitMsMax = 300_000;

/** The codes that mean that the server will never store this message. All others may pass, and signing in again helps. */
const refusals: readonly ChatErrorCode[] = [
  "bad_request",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "conflict",
  "precondition_failed",
  "payload_too_large",
  "unsupported_media_type",
  "validation_failed",
];

/** Creates the sender of an outbox. */
export function createSender(options: SenderOptions): Sender {
  const { client, entries, maySend, isSaved, onSent, onRefused } = options;

  function pump(): void {
    const busy = new Set<string>();
    for (const entry of entries.all) {
      const { item, saving, sending, timer } = entry;
      if (item.status !== "pending" || busy.has(item.conversation_id)) continue;
      busy.add(item.conversation_id);
      const isReady = saving === 0 && !sending && timer === undefined;
      if (isReady && maySend(entry)) void attempt(entry);
    }
  }

  async function attempt(entry: Entry): Promise<void> {
    const sending = new AbortController();
    entry.sending = sending;
    const { signal } = sending;
    try {
      const { key } = entry.saved;
      if (entry.item.isSaved && !(await isSaved(key))) return entries.remove(entry);
      if (signal.aborted) return;
      const { message } = await client.messages.send(toInput(entry.saved), { signal });
      if (!signal.aborted) onSent(entry, message);
    } catch (error) {
      // Where there are no locks, another page may have sent it meanwhile.
      const isPending = entry.item.status === "pending" && !signal.aborted;
      if (isPending) fail(entry, error as ChatError);
    } finally {
      entry.sending = undefined;
      pump();
    }
  }

  function fail(entry: Entry, error: ChatError): void {
    if (refusals.includes(error.code)) {
      onRefused(entry, error);
      return;
    }
    entry.tries++;
    const askedMs = Math.min(error.retryAfterMs ?? 0, waitMsMax);
    entry.timer = setTimeout(() => {
      entry.timer = undefined;
      pump();
    }, askedMs + backoffMs(entry.tries, backoff));
    entries.show(entry, { ...entry.item, error });
  }

  return {
    pump,
    wake() {
      for (const entry of entries.all) {
        if (entry.item.status !== "pending") continue;
        clearTimeout(entry.timer);
        entry.timer = undefined;
      }
      pump();
    },
  };
}

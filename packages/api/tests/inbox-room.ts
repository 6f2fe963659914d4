import { randomUUID } from "node:crypto";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { vi } from "vitest";
import type { HubOptions } from "../src/live/hub.ts";
import { createLive, type Live } from "../src/live/index.ts";
import { append } from "./append.ts";
import { countedStore, type InboxCalls } from "./counted-store.ts";
import { InboxReader, pass } from "./inbox-reader.ts";

/** What a test can change of the store as the live part sees it. */
type Differences = (store: ChatStore) => ChatStore;

/** A store in memory, and the live part over it. Timers are faked until it is disposed. */
export class InboxRoom implements AsyncDisposable {
  readonly store: ChatStore;
  readonly live: Live;
  readonly calls: InboxCalls;

  constructor(differences: Differences = (store) => store, options?: HubOptions) {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    });
    this.store = openSqliteStore(":memory:");
    const counted = countedStore(differences(this.store));
    this.calls = counted.calls;
    this.live = createLive(counted.store, options);
  }

  /** Creates a conversation in which ann has sent messages. */
  async begin(id: string, messages: number, others: readonly string[] = ["bob"]): Promise<void> {
    await this.store.conversations.create({ id, user_ids: ["ann", ...others] });
    await this.say(id, messages);
  }

  async say(conversation_id: string, times = 1, user_id = "ann"): Promise<void> {
    const sending = Array.from({ length: times }, () =>
      append(this.store, { id: randomUUID(), user_id, content: "hi", conversation_id }),
    );
    await Promise.all(sending);
  }

  async mark(conversation_id: string, read_seq: number, user_id = "bob"): Promise<void> {
    await this.store.reads.mark({ conversation_id, user_id }, { read_seq });
  }

  /** Follows a user, and waits for the heads and the totals. */
  async follow(user_id = "bob", entries?: "all"): Promise<InboxReader> {
    const reader = new InboxReader(this.live, { user_id, entries });
    await pass(50);
    return reader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.live.close();
    vi.useRealTimers();
    await this.store.close();
  }
}

/** The read state of bob, as it is told. */
export function stateOf(conversation_id: string, read_seq: number, unread_count: number) {
  const counts = { read_seq, revision: 0, unread_count, mention_count: 0 };
  return { kind: "read", conversation_id, user_id: "bob", ...counts };
}

/** Totals as they are told. */
export function totalsOf(conversations: number, messages: number) {
  return { kind: "unread", conversations, messages, mentions: 0 };
}

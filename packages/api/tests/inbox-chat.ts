import { randomUUID } from "node:crypto";
import {
  type ChatStore,
  conversationStream,
  isStoreError,
  type MemberSettingsChange,
  type ReadMark,
  readHead,
} from "@chatnest/db";
import { vi } from "vitest";
import { append } from "./append.ts";
import type { InboxClient } from "./inbox-client.ts";

/** What a user or another member does in one of three conversations. */
export type InboxStep =
  | { send: number; by: "ann" | "me"; isMention: boolean }
  | { mark: number; back: number }
  | { unread: number; back: number }
  | { delete: number; back: number }
  | { set: number; change: MemberSettingsChange }
  | { member: number };

/** Three conversations of ann, and a user who is in the first two of them at the beginning. */
export class InboxChat {
  readonly me = randomUUID();
  readonly #store: ChatStore;
  readonly #ids = [0, 1, 2].map(() => randomUUID());
  readonly #joined = new Set<string>();

  constructor(store: ChatStore) {
    this.#store = store;
  }

  async begin(): Promise<void> {
    for (const [index, id] of this.#ids.entries()) {
      const user_ids = index < 2 ? ["ann", this.me] : ["ann"];
      await this.#store.conversations.create({ id, user_ids });
      if (index < 2) this.#joined.add(id);
    }
  }

  /** Makes a step; one that the store refuses changes nothing. */
  async take(step: InboxStep): Promise<void> {
    try {
      await this.#do(step);
    } catch (error) {
      if (!isStoreError(error)) throw error;
    }
  }

  /** What a client holds, or should hold. Who counts itself is not told what entries change. */
  viewOf({ held, totals }: Pick<InboxClient, "held" | "totals">, isCounting: boolean): unknown {
    const states = [...held].map(([id, { read_seq, unread_count, mention_count, ...state }]) => {
      const { archived, ...settings } = state;
      const counts = { read_seq, unread_count, mention_count, archived };
      return [id, { ...settings, ...(!isCounting && counts) }];
    });
    return { totals, states: Object.fromEntries(states.toSorted()) };
  }

  /** What the store says of the user, as a client should hold it. */
  async truth(): Promise<Pick<InboxClient, "held" | "totals">> {
    const items = await this.#store.conversations.itemsOf(this.me, this.#ids);
    const held = items.map(({ id, last_activity_at: _, ...state }) => [id, state] as const);
    return { held: new Map(held), totals: await this.#store.reads.totals(this.me) };
  }

  async #do(step: InboxStep): Promise<void> {
    if ("send" in step) return this.#send(step);
    if ("mark" in step) {
      return this.#mark(step.mark, (head) => ({ read_seq: head - step.back }));
    }
    if ("unread" in step) {
      return this.#mark(step.unread, (head) => ({ unread_from: head - step.back }));
    }
    if ("delete" in step) return this.#delete(step);
    if ("set" in step) {
      const member = { conversation_id: this.#idOf(step.set), user_id: this.me };
      await this.#store.members.update(member, step.change);
      return;
    }
    return this.#joinOrLeave(this.#idOf(step.member));
  }

  async #send({ send, by, isMention }: Extract<InboxStep, { send: number }>): Promise<void> {
    const conversation_id = this.#idOf(send);
    if (by === "me" && !this.#joined.has(conversation_id)) return;
    await append(this.#store, {
      id: randomUUID(),
      user_id: by === "me" ? this.me : by,
      content: "hi",
      conversation_id,
      ...(isMention && { mentions: [this.me] }),
    });
  }

  async #mark(index: number, toMark: (head: number) => ReadMark): Promise<void> {
    const conversation_id = this.#idOf(index);
    const head = await readHead(this.#store.log, conversationStream(conversation_id));
    await this.#store.reads.mark({ conversation_id, user_id: this.me }, toMark(head));
  }

  async #delete(step: Extract<InboxStep, { delete: number }>): Promise<void> {
    const conversation_id = this.#idOf(step.delete);
    const stream = conversationStream(conversation_id);
    const range = { limit: step.back + 1, from: "newest" } as const;
    const [message] = await this.#store.messages.page(stream, range);
    if (!message) return;
    const { user_id, seq: target_seq } = message;
    const deletion = { kind: "deletion", id: randomUUID(), user_id, target_seq } as const;
    await this.#store.log.append({ ...deletion, conversation_id });
  }

  async #joinOrLeave(conversation_id: string): Promise<void> {
    // A message in the same millisecond as a joining counts as after it.
    vi.setSystemTime(Date.now() + 1);
    const member = { conversation_id, user_id: this.me };
    if (this.#joined.delete(conversation_id)) return this.#store.members.leave(member);
    await this.#store.members.join(member);
    this.#joined.add(conversation_id);
  }

  #idOf(index: number): string {
    return this.#ids[index] ?? "";
  }
}

import {
  type ChatStore,
  type Entry,
  isStoreError,
  type MessageEntry,
  type NewEntry,
} from "@chatnest/db";
import fc from "fast-check";

/** Something that is done in a conversation. Numbers choose the user and the message that it is about. */
export const randomEntry = fc.record({
  kind: fc.constantFrom(
    ...(["message", "message", "message", "reply", "edit", "edit"] as const),
    ...(["deletion", "added", "added", "removed"] as const),
  ),
  user: fc.nat(2),
  target: fc.nat(99),
  key: fc.constantFrom("👍", "❤️"),
});
export type RandomEntry = typeof randomEntry extends fc.Arbitrary<infer TValue> ? TValue : never;

/** Stores random entries in a conversation. */
export class RandomLog {
  /** The texts of messages whose deletion was acknowledged. */
  readonly erased = new Set<string>();
  /** The texts of each message. */
  readonly #texts = new Map<number, string[]>();
  readonly #store: ChatStore;
  readonly #conversationId: string;
  readonly #newId: () => string;

  constructor(store: ChatStore, conversationId: string, newId: () => string) {
    this.#store = store;
    this.#conversationId = conversationId;
    this.#newId = newId;
  }

  /** Returns the id of one of the three users, who have only this conversation. */
  userId(user: number): string {
    return `${user} of ${this.#conversationId}`;
  }

  /** Stores an entry. What has no effect, or nothing to be about, stores none. */
  async store(random: RandomEntry): Promise<void> {
    const entry = this.#toEntry(random);
    try {
      const stored = await this.#store.log.append(entry);
      if (stored.entry) this.#learn(stored.entry);
    } catch (error) {
      // The message is deleted, or in a thread itself.
      if (!isStoreError(error, "not_found") && !isStoreError(error, "invalid")) throw error;
    }
  }

  #toEntry({ kind, user, target, key }: RandomEntry): NewEntry {
    const id = this.#newId();
    const conversation_id = this.#conversationId;
    const base = { id, user_id: this.userId(user), conversation_id };
    const seqs = [...this.#texts.keys()];
    const target_seq = seqs[target % seqs.length];
    const text = { content: `text ${id}`, metadata: { of: `metadata ${id}` } };
    if (target_seq === undefined || kind === "message")
      return { ...base, kind: "message", ...text };
    switch (kind) {
      case "reply":
        return { ...base, kind: "message", thread_seq: target_seq, ...text };
      case "edit":
        return { ...base, kind, target_seq, ...text };
      case "deletion":
        return { ...base, kind, target_seq };
      default:
        return { ...base, kind: "reaction", target_seq, key, added: kind === "added" };
    }
  }

  #learn(entry: Entry): void {
    if (entry.kind === "message") this.#texts.set(entry.seq, textsOf(entry));
    else if (entry.kind === "edit") this.#texts.get(entry.target_seq)?.push(...textsOf(entry));
    else if (entry.kind === "deletion") {
      for (const text of this.#texts.get(entry.target_seq) ?? []) this.erased.add(text);
    }
  }
}

function textsOf({ content, metadata }: Pick<MessageEntry, "content" | "metadata">): string[] {
  return [content, String(metadata?.of)];
}

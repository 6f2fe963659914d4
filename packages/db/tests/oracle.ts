import { expect } from "vitest";
import type {
  ChangeEntry,
  Entry,
  Message,
  MessageEntry,
  Reaction,
  Reactor,
  Thread,
  Version,
} from "../src/entities.ts";
import type { LogHead } from "../src/ports/log.ts";
import type { MessageView } from "../src/ports/messages.ts";

/** A message, as far as a log was folded. */
interface Folded {
  sent: MessageEntry;
  /** What was sent, and every edit. */
  versions: Version[];
  editedAt?: string;
  deletion?: { seq: number; timestamp: string };
  /** By key and user, in the order of adding. */
  reactions: Map<string, Map<string, Reactor>>;
  /** The replies that are not deleted, by position. */
  replies: Map<number, string>;
  changedSeq: number;
}

/**
 * Folds a log by itself, entry by entry, and checks that each has an effect and carries the state that it left behind. It
 * shares nothing with the stores but the types.
 */
export class Oracle {
  readonly messages = new Map<number, Folded>();
  readonly members = new Set<string>();
  readonly ids = new Map<string, Entry>();
  readonly head: LogHead = { seq: 0, count: 0, said_seq: 0 };
  saidAt = "";

  apply(entry: Entry): void {
    expect(entry.seq).toBe(this.head.seq + 1);
    this.head.seq = entry.seq;
    expect(this.ids.has(entry.id)).toBe(false);
    this.ids.set(entry.id, entry);
    if (entry.kind === "message") this.#say(entry);
    else this.#change(entry);
  }

  #change(entry: ChangeEntry): void {
    const target = this.existing(entry.target_seq);
    if (!target)
      throw new Error(`entry ${entry.seq} changes what is no message: ${entry.target_seq}`);
    target.changedSeq = entry.seq;
    switch (entry.kind) {
      case "edit": {
        const { seq, user_id, timestamp, content, metadata, edited, erased } = entry;
        expect(edited.length).toBeGreaterThan(0);
        const before = target.versions.at(-1);
        if (!erased && !edited.includes("content")) expect(content).toBe(before?.content);
        if (!erased && !edited.includes("metadata")) expect(metadata).toEqual(before?.metadata);
        const text = { content, ...(metadata !== undefined && { metadata }) };
        target.versions.push({ seq, user_id, timestamp, ...text });
        target.editedAt = timestamp;
        return;
      }
      case "deletion": {
        target.deletion = entry;
        target.reactions.clear();
        const { thread_seq } = target.sent;
        expect(entry.thread_seq).toBe(thread_seq);
        const root = thread_seq === undefined ? undefined : this.messages.get(thread_seq);
        root?.replies.delete(entry.target_seq);
        if (root) root.changedSeq = entry.seq;
        expect(entry.thread_state).toEqual(root && threadOf(root));
        return;
      }
      case "reaction": {
        const { key, user_id, added, seq, timestamp } = entry;
        const users = target.reactions.get(key) ?? new Map<string, Reactor>();
        // Else it says nothing.
        expect(users.has(user_id)).toBe(!added);
        if (added) users.set(user_id, { key, user_id, seq, timestamp });
        else users.delete(user_id);
        if (users.size > 0) target.reactions.set(key, users);
        else target.reactions.delete(key);
        expect(target.reactions.size).toBeLessThanOrEqual(20);
        expect(entry.reactions).toEqual(reactionsOf(target));
      }
    }
  }

  #say(entry: MessageEntry): void {
    const { seq, user_id, content, timestamp, metadata, reply_to, thread_seq } = entry;
    if (reply_to !== undefined) expect(this.existing(reply_to)).toBeDefined();
    const root = thread_seq === undefined ? undefined : this.existing(thread_seq);
    if (thread_seq !== undefined) {
      expect(root).toBeDefined();
      expect(root?.sent).not.toHaveProperty("thread_seq");
    }
    root?.replies.set(seq, timestamp);
    if (root) root.changedSeq = seq;
    expect(entry.thread_state).toEqual(root && threadOf(root));
    const text = { content, ...(metadata !== undefined && { metadata }) };
    const versions = [{ seq, user_id, timestamp, ...text }];
    const none = { reactions: new Map(), replies: new Map(), changedSeq: 0 };
    this.messages.set(seq, { sent: entry, versions, ...none });
    this.members.add(user_id);
    this.head.count++;
    this.head.said_seq = seq;
    this.saidAt = timestamp;
  }

  /** Returns the message at a position, unless it is deleted. */
  existing(seq: number): Folded | undefined {
    const message = this.messages.get(seq);
    return message?.deletion ? undefined : message;
  }

  /** Checks that what is erased is what was deleted, now that the log is at its end. */
  checkErased(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind !== "message" && entry.kind !== "edit") continue;
      const seq = entry.kind === "message" ? entry.seq : entry.target_seq;
      const isErased = this.messages.get(seq)?.deletion !== undefined;
      expect(entry.erased).toBe(isErased ? true : undefined);
      expect(entry.content === "").toBe(isErased);
      if (!isErased) continue;
      expect(entry).not.toHaveProperty("metadata");
      expect(entry).not.toHaveProperty("mentions");
    }
  }

  /** Returns all messages of a view, oldest first. */
  view({ deleted = false, thread }: MessageView = {}): Message[] {
    return [...this.messages.values()]
      .filter(({ deletion }) => deleted || !deletion)
      .filter(({ sent }) => {
        return thread === undefined || sent.thread_seq === (thread === "none" ? undefined : thread);
      })
      .map(toMessage);
  }

  versions(seq: number): Version[] {
    return this.existing(seq)?.versions ?? [];
  }

  /** Returns who reacts to a message, by the bytes of the key. */
  reactors(seq: number): Reactor[] {
    const reactions = [...(this.messages.get(seq)?.reactions ?? [])];
    const sorted = reactions.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return sorted.flatMap(([, users]) => [...users.values()]);
  }
}

function toMessage(folded: Folded): Message {
  const { sent, versions, editedAt, deletion, changedSeq } = folded;
  const { id, user_id, timestamp, conversation_id, seq, reply_to, thread_seq, mentions } = sent;
  const text = versions.at(-1);
  const reactions = reactionsOf(folded);
  const thread = threadOf(folded);
  const { content = "", metadata } = deletion ? {} : (text ?? {});
  return {
    ...{ id, user_id, content, timestamp, conversation_id, seq },
    ...(reply_to !== undefined && { reply_to }),
    ...(thread_seq !== undefined && { thread_seq }),
    ...(mentions !== undefined && !deletion && { mentions }),
    ...(metadata !== undefined && { metadata }),
    ...(editedAt !== undefined && !deletion && { edited_at: editedAt }),
    ...(deletion && { deleted_at: deletion.timestamp }),
    ...(reactions.length > 0 && { reactions }),
    ...(thread.count > 0 && { thread }),
    ...(changedSeq > 0 && { changed_seq: changedSeq }),
  };
}

function reactionsOf({ reactions }: Folded): Reaction[] {
  return [...reactions].map(([key, users]) => {
    return { key, count: users.size, user_ids: [...users.keys()].slice(0, 50) };
  });
}

function threadOf({ replies, sent }: Folded): Thread {
  const [last_seq, last_at] = [...replies].at(-1) ?? [0, sent.timestamp];
  return { count: replies.size, last_seq, last_at };
}

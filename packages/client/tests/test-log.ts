import type { InboxConversation, Message, ReadState } from "../src/entities.ts";
import type { DeletionEntry, EditEntry, MessageEntry, ReactionEntry } from "../src/entries.ts";

const timestamp = "2026-01-01T00:00:00.000Z";

/** Makes an empty conversation of an inbox. */
export function newRow(id: string): InboxConversation {
  return {
    id,
    user_ids: ["ada", "bob"],
    messages: [],
    created_at: timestamp,
    last_seq: 0,
    member_count: 2,
    last_activity_at: timestamp,
    read_seq: 0,
    revision: 0,
    unread_count: 0,
    mention_count: 0,
    pinned: false,
    archived: false,
    muted_until: null,
  };
}

/** A log, and what the inbox of ada says of it: counted anew each time. */
export class TestLog {
  length = 0;
  #messages: Message[] = [];
  readonly #own: number[] = [];
  #mark = 0;
  /** Own messages up to here do not count as read. */
  #ownFrom = 0;
  #revision = 0;

  say(user_id: string, isMention = false): MessageEntry {
    const message = {
      ...{ ...this.#next(), user_id, content: "x" },
      ...(isMention && { mentions: this.length % 2 ? ["ada"] : ("everyone" as const) }),
    };
    this.#messages.push(message);
    if (user_id === "ada") this.#own.push(message.seq);
    return { kind: "message", ...message };
  }

  /** Deletes a message; `undefined` when there is none. */
  delete(target_seq: number): DeletionEntry | undefined {
    const target = this.#messages.find(({ seq }) => seq === target_seq);
    if (!target) return undefined;
    this.#messages = this.#messages.filter((message) => message !== target);
    return { kind: "deletion", ...this.#next(), user_id: target.user_id, target_seq };
  }

  edit(target_seq: number, content: string): EditEntry {
    const body = { target_seq, content, edited: ["content" as const] };
    return { kind: "edit", ...this.#next(), user_id: "bob", ...body };
  }

  react(target_seq: number): ReactionEntry | undefined {
    const target = this.#messages.find(({ seq }) => seq === target_seq);
    if (!target) return undefined;
    const entry = this.#next();
    target.reactions = [{ key: "x", count: 1, user_ids: ["bob"] }];
    target.changed_seq = entry.seq;
    const { reactions } = target;
    return {
      kind: "reaction",
      ...entry,
      user_id: "bob",
      target_seq,
      key: "x",
      added: true,
      reactions,
    };
  }

  read(read_seq: number): ReadState {
    this.#mark = Math.max(this.#mark, this.#readSeq(), read_seq);
    return this.state();
  }

  unread(from: number): ReadState {
    this.#mark = from - 1;
    this.#ownFrom = this.length;
    this.#revision++;
    return this.state();
  }

  state(): ReadState {
    const read_seq = this.#readSeq();
    const unread = this.#messages.filter(({ seq, user_id }) => seq > read_seq && user_id !== "ada");
    return {
      conversation_id: "tea",
      user_id: "ada",
      read_seq,
      revision: this.#revision,
      unread_count: unread.length,
      mention_count: unread.filter(({ mentions }) => mentions !== undefined).length,
    };
  }

  row(): InboxConversation {
    const { conversation_id: id, user_id: _, ...state } = this.state();
    // Copied: a message that is held does not change with the log.
    const messages = structuredClone(this.#messages.slice(-1));
    return { ...newRow(id), ...state, messages, last_seq: this.length };
  }

  #readSeq(): number {
    const own = this.#own.filter((seq) => seq > this.#ownFrom);
    return Math.max(this.#mark, own.at(-1) ?? 0);
  }

  #next() {
    const seq = ++this.length;
    return { id: `entry-${seq}`, timestamp, conversation_id: "tea", seq };
  }
}

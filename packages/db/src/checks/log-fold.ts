import { addReaction, makesRoom, removeReaction } from "../changes/reactions.ts";
import type { ChangeEntry, Entry, Message, MessageEntry, Reaction } from "../entities.ts";
import type { LogHead } from "../ports/log.ts";

/** What entries make of a message. */
interface Folded {
  /** The newest edit or deletion. */
  text?: { kind: "edit" | "deletion"; seq: number; content: string; metadata: string };
  reactions: Reaction[];
  /** Who reacts, by key, in the order they did. */
  reactors: Map<string, Set<string>>;
  /** The positions of the replies in its thread that are not deleted. */
  replies: number[];
  changedSeq: number;
}

/** Folds a log, entry by entry, and says what is wrong with it. Takes memory for each message that was changed. */
export class LogFold {
  readonly head: LogHead = { seq: 0, count: 0, said_seq: 0 };
  /** When the newest message was sent, in ms since 1970. */
  saidAt = 0;
  readonly #folded = new Map<number, Folded>();
  /** Erased messages whose deletion is still to come. */
  readonly #erased = new Set<number>();
  /** In which thread replies are. */
  readonly #threads = new Map<number, number>();

  /** Adds the next entry. */
  add(entry: Entry): string[] {
    const { seq } = entry;
    if (seq !== this.head.seq + 1) {
      const what =
        seq > this.head.seq
          ? `entry ${this.head.seq + 1} is missing`
          : `there are two entries ${seq}`;
      this.head.seq = seq;
      return [what];
    }
    this.head.seq = seq;
    if (entry.kind === "message") return this.#addMessage(entry);
    if (entry.target_seq >= seq) return [`entry ${seq} changes what comes after it`];
    return this.#addChange(entry);
  }

  /** Says what is wrong at the end of the log. */
  end(): string[] {
    return [...this.#erased].map((seq) => `message ${seq} is erased, but nothing deleted it`);
  }

  /** Says what is wrong with a message as it is shown; a deleted one as its stub. */
  check(message: Message): string[] {
    const { seq, changed_seq } = message;
    const folded = this.#folded.get(seq);
    const is = (what: string) => [`message ${seq} ${what}`];
    if (!folded) return changed_seq === undefined ? [] : is("is shown as changed, but is not");
    const { text, changedSeq, replies } = folded;
    if ((changed_seq ?? 0) !== changedSeq) return is("is not shown as its newest change made it");
    if ((message.deleted_at !== undefined) !== (text?.kind === "deletion"))
      return is("is deleted or not, otherwise than it is shown");
    const isSameText =
      text?.kind !== "edit" ||
      (message.content === text.content &&
        JSON.stringify(message.metadata ?? null) === text.metadata);
    if (!isSameText) return is("does not show its newest text");
    if (JSON.stringify(message.reactions ?? []) !== JSON.stringify(folded.reactions)) {
      return is("does not show its reactions");
    }
    const { count = 0, last_seq = 0 } = message.thread ?? {};
    const isSameThread = count === replies.length && last_seq === (replies.at(-1) ?? 0);
    return isSameThread ? [] : is("does not show its thread");
  }

  /** Returns who reacts to a message, as `key user`. */
  reactors(seq: number): ReadonlySet<string> {
    const { reactors = [] } = this.#folded.get(seq) ?? {};
    return new Set(
      [...reactors].flatMap(([key, users]) => [...users].map((user) => `${key}\n${user}`)),
    );
  }

  #addMessage(entry: MessageEntry): string[] {
    const { seq, thread_seq, thread_state, erased } = entry;
    this.head.count++;
    this.head.said_seq = seq;
    this.saidAt = Date.parse(entry.timestamp);
    if (erased) this.#erased.add(seq);
    if (thread_seq === undefined) return [];
    this.#threads.set(seq, thread_seq);
    const root = this.#of(thread_seq, seq);
    root.replies.push(seq);
    const isSame = thread_state?.count === root.replies.length && thread_state.last_seq === seq;
    return isSame ? [] : [`entry ${seq} does not have the state of its thread`];
  }

  #addChange(entry: ChangeEntry): string[] {
    const { seq, target_seq } = entry;
    switch (entry.kind) {
      case "edit": {
        const folded = this.#of(target_seq, seq);
        const { content, metadata = null } = entry;
        folded.text = { kind: "edit", seq, content, metadata: JSON.stringify(metadata) };
        return [];
      }
      case "reaction":
        return this.#react(entry);
      case "deletion": {
        const folded = this.#of(target_seq, seq);
        folded.text = { kind: "deletion", seq, content: "", metadata: "null" };
        folded.reactions = [];
        folded.reactors.clear();
        const wrong = this.#erased.delete(target_seq)
          ? []
          : [`message ${target_seq} is deleted, but not erased`];
        const thread = this.#threads.get(target_seq);
        if (thread === undefined) return wrong;
        const root = this.#of(thread, seq);
        root.replies = root.replies.filter((reply) => reply !== target_seq);
        const isSame = entry.thread_state?.count === root.replies.length;
        return isSame ? wrong : [...wrong, `entry ${seq} does not have the state of its thread`];
      }
    }
  }

  #react(entry: Extract<ChangeEntry, { kind: "reaction" }>): string[] {
    const { seq, target_seq, key, user_id, added } = entry;
    const folded = this.#of(target_seq, seq);
    const users = folded.reactors.get(key) ?? new Set();
    folded.reactors.set(key, users);
    if (added) {
      users.add(user_id);
      folded.reactions = addReaction(folded.reactions, entry);
    } else {
      const isFreed = makesRoom(folded.reactions, entry);
      users.delete(user_id);
      const shown = folded.reactions.find((one) => one.key === key)?.user_ids ?? [];
      const next = isFreed ? [...users].find((user) => !shown.includes(user)) : undefined;
      folded.reactions = removeReaction(folded.reactions, entry, next);
    }
    const isSame = JSON.stringify(shapeOf(entry.reactions)) === JSON.stringify(folded.reactions);
    return isSame ? [] : [`entry ${seq} does not have the reactions after it`];
  }

  #of(seq: number, changedSeq: number): Folded {
    const folded = this.#folded.get(seq) ?? {
      ...{ reactions: [], reactors: new Map(), replies: [], changedSeq },
    };
    folded.changedSeq = changedSeq;
    this.#folded.set(seq, folded);
    return folded;
  }
}

function shapeOf(reactions: readonly Reaction[]): Reaction[] {
  return reactions.map(({ key, count, user_ids }) => ({ key, count, user_ids }));
}

import type { Message } from "../entities.ts";
import { type AnyEntry, toMessage } from "../entries.ts";
import { type Aspect, type AspectState, isOver, replaceAspect, statesIn } from "./apply-entry.ts";
import type { ListedMessage } from "./own-changes.ts";

/**
 * A message as the server has confirmed it, and the position up to which each of its parts is known. A message tells
 * only its newest change, but the answer to an own change may be ahead of the entries that still come.
 */
export interface Held {
  message: Message;
  known: Record<Aspect, number>;
  /** What a list shows of it while there are no own changes, and of which message that was made. */
  shown?: { of: Message; row: ListedMessage };
}

const wholes: readonly Aspect[] = ["text", "reactions", "thread"];

/**
 * The confirmed messages of a list: all that belong to it after its floor, each once, in order. What comes twice, late or from several
 * sources ends in the same state.
 */
export class HeldMessages {
  readonly #belongs: (message: Message) => boolean;
  readonly #onChange: () => void;
  #all: Held[] = [];
  #floor = Number.POSITIVE_INFINITY;

  /** @param onChange Called after each change. */
  constructor(belongs: (message: Message) => boolean, onChange: () => void) {
    this.#belongs = belongs;
    this.#onChange = onChange;
  }

  /** In the order of `seq`. */
  get all(): readonly Held[] {
    return this.#all;
  }

  /** All messages after this position are held; infinite while none are. */
  get floor(): number {
    return this.#floor;
  }

  /** Forgets all messages, and holds those after a position from now on. */
  reset(floor: number): void {
    this.#all = [];
    this.extend(floor);
  }

  /** Lowers the floor: the messages after it follow. */
  extend(floor: number): void {
    this.#floor = floor;
    this.#onChange();
  }

  find(seq: number): Held | undefined {
    const held = this.#all[this.#indexOf(seq)];
    return held?.message.seq === seq ? held : undefined;
  }

  findById(id: string): Held | undefined {
    return this.#all.find(({ message }) => message.id === id);
  }

  /** Takes a message in the state of some moment. */
  absorb(message: Message): void {
    const { seq, changed_seq = seq } = message;
    const held = this.find(seq);
    for (const aspect of held ? wholes : [])
      this.#replace(seq, { aspect, state: message }, changed_seq);
    if (held || seq <= this.#floor || !this.#belongs(message)) return;
    this.#all.splice(this.#indexOf(seq), 0, toHeld(message));
    this.#onChange();
  }

  /** Takes the messages of a page, oldest first. */
  absorbAll(messages: readonly Message[]): void {
    const first = this.#all[0]?.message.seq ?? Number.POSITIVE_INFINITY;
    const isOlder = ({ seq }: Message) => seq > this.#floor && seq < first;
    // At once, since each that is put before many moves them all.
    const older = messages.filter((message) => isOlder(message) && this.#belongs(message));
    this.#all = [...older.map(toHeld), ...this.#all];
    if (older.length > 0) this.#onChange();
    for (const message of messages) if (message.seq >= first) this.absorb(message);
  }

  /** Takes an entry of the log. */
  fold(entry: AnyEntry): void {
    if (entry.kind === "unknown") return;
    if (entry.kind === "message") this.absorb(toMessage(entry));
    else this.#foldInto(entry.target_seq, entry);
    if ("thread_seq" in entry && entry.thread_seq) this.#foldInto(entry.thread_seq, entry);
  }

  /** Takes that a message is deleted, before the entry that says so comes. */
  erase(seq: number): void {
    const held = this.find(seq);
    if (!held || held.message.deleted_at !== undefined) return;
    const state = { content: "", deleted_at: new Date().toISOString() };
    const rest = replaceAspect(held.message, { aspect: "reactions", state: {} }, 0);
    held.message = replaceAspect(rest, { aspect: "text", state }, 0);
    this.#onChange();
  }

  #foldInto(seq: number, entry: AnyEntry): void {
    for (const next of statesIn(entry, seq)) this.#replace(seq, next, entry.seq);
  }

  #replace(seq: number, next: AspectState, at: number): void {
    const held = this.find(seq);
    if (!held || at <= held.known[next.aspect]) return;
    held.known[next.aspect] = at;
    if (isOver(held.message, next)) return;
    held.message = replaceAspect(held.message, next, at);
    this.#onChange();
  }

  /** Returns where a position is, or would be. */
  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#all[middle]?.message.seq ?? seq) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function toHeld(message: Message): Held {
  const { seq, changed_seq = seq } = message;
  return {
    message,
    known: { text: changed_seq, reactions: changed_seq, thread: changed_seq },
  };
}

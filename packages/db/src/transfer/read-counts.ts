import type { Entry } from "../entities.ts";
import type { CountedMember, StoredMember } from "../ports/transfer.ts";

interface Counted {
  member: StoredMember;
  read_count: number;
  own_count: number;
  own_seq: number;
}

/** Counts, over the entries of a log, what follows from them for how far members have read. Takes memory for each member. */
export class ReadCounts {
  readonly #members: readonly Counted[];
  readonly #byUser: ReadonlyMap<string, Counted>;
  /** By how many positions they have read, those with the least first. */
  readonly #readers: readonly Counted[];
  #passed = 0;
  #count = 0;

  constructor(members: readonly StoredMember[]) {
    this.#members = members.map((member) => {
      return { member, read_count: 0, own_count: 0, own_seq: 0 };
    });
    this.#byUser = new Map(this.#members.map((one) => [one.member.user_id, one]));
    this.#readers = this.#members.toSorted((a, b) => a.member.read_seq - b.member.read_seq);
  }

  /** Counts the next entry. Entries come in the order of their log. */
  add({ kind, seq, user_id }: Pick<Entry, "kind" | "seq" | "user_id">): void {
    this.#pass(seq);
    if (kind !== "message") return;
    this.#count++;
    const author = this.#byUser.get(user_id);
    if (!author || seq <= author.member.read_seq) return;
    author.own_count++;
    author.own_seq = seq;
  }

  /** Returns the members, once all entries are counted. */
  finish(): CountedMember[] {
    this.#pass(Number.POSITIVE_INFINITY);
    return this.#members.map(({ member, ...counts }) => ({ ...member, ...counts }));
  }

  /** Notes the count for those who have read everything before a position, and nothing else. */
  #pass(seq: number): void {
    for (;;) {
      const next = this.#readers[this.#passed];
      if (!next || next.member.read_seq >= seq) return;
      next.read_count = this.#count;
      this.#passed++;
    }
  }
}

import type { Entry } from "../entities.ts";
import type { CheckedMember } from "../ports/checks.ts";
import { isArchived } from "../reads/archived.ts";
import type { LogFold } from "./log-fold.ts";

interface Counted {
  member: CheckedMember;
  readSeq: number;
  readCount: number;
  ownCount: number;
  unread: number;
  mentions: number;
}

/** Counts, over the entries of a log, what its members have read, and says what is stored otherwise. */
export class ReadCheck {
  readonly #all: Counted[];
  readonly #byUser: ReadonlyMap<string, Counted>;
  readonly #readers: readonly Counted[];
  /** Those whose inbox has stored numbers: few, since large conversations are not settled. */
  readonly #settled: readonly Counted[];
  #passed = 0;
  #count = 0;

  constructor(members: readonly CheckedMember[]) {
    this.#all = members.flatMap((member) => {
      const { read_seq } = member;
      if (read_seq === undefined) return [];
      return { member, readSeq: read_seq, readCount: 0, ownCount: 0, unread: 0, mentions: 0 };
    });
    this.#byUser = new Map(this.#all.map((one) => [one.member.user_id, one]));
    this.#readers = this.#all.toSorted((a, b) => a.readSeq - b.readSeq);
    this.#settled = this.#all.filter(({ member }) => member.settled !== undefined);
  }

  add(entry: Entry): void {
    const { seq, user_id } = entry;
    this.#pass(seq);
    if (entry.kind !== "message") return;
    this.#count++;
    const author = this.#byUser.get(user_id);
    if (author && seq > author.readSeq && seq <= author.member.own_seq) author.ownCount++;
    if (entry.erased) return;
    for (const one of this.#settled) {
      if (seq <= one.readSeq || one === author) continue;
      one.unread++;
      const { mentions } = entry;
      if (mentions === "everyone" || mentions?.includes(one.member.user_id)) one.mentions++;
    }
  }

  /** Says what is stored otherwise. `createdAt`: when the conversation was created, in ms since 1970. */
  end(fold: LogFold, createdAt: number): string[] {
    this.#pass(Number.POSITIVE_INFINITY);
    return this.#all.flatMap((one) => {
      const wrong = wrongReading(one, fold) ?? wrongInbox(one, fold, createdAt);
      return wrong ? [`the member ${one.member.user_id} ${wrong}`] : [];
    });
  }

  #pass(seq: number): void {
    for (;;) {
      const next = this.#readers[this.#passed];
      if (!next || next.readSeq >= seq) return;
      next.readCount = this.#count;
      this.#passed++;
    }
  }
}

function wrongReading({ member, readSeq, readCount, ownCount }: Counted, { head }: LogFold) {
  if (readSeq < 0 || readSeq > head.seq) return `has read up to ${readSeq} of ${head.seq}`;
  if (member.read_count !== readCount) {
    return `has read ${readCount} messages, but is counted to have read ${member.read_count}`;
  }
  if (member.own_count !== ownCount) {
    return `has ${ownCount} own messages behind that, but ${member.own_count} are counted`;
  }
  const { archived_seq } = member;
  return archived_seq !== null && archived_seq > head.seq
    ? "has archived what is not there"
    : undefined;
}

function wrongInbox({ member, unread, mentions }: Counted, fold: LogFold, createdAt: number) {
  const { settled, archived_seq, muted_until } = member;
  if (!settled) return undefined;
  const { said_seq } = fold.head;
  const archived = isArchived({ archived_seq, muted_until, said_seq, said_at: fold.saidAt });
  const expected = {
    active_at: said_seq === 0 ? createdAt : fold.saidAt,
    archived,
    unread_count: unread,
    mention_count: mentions,
  };
  const wrong = Object.entries(expected).filter(
    ([name, value]) => settled[name as keyof typeof settled] !== value,
  );
  if (wrong.length === 0) return undefined;
  const names = wrong.map(
    ([name, value]) => `${name} ${settled[name as keyof typeof settled]} instead of ${value}`,
  );
  return `has an inbox with ${names.join(", ")}`;
}

import fc from "fast-check";
import { expect, it } from "vitest";
import type { Entry } from "../../src/entities.ts";
import { isStoreError } from "../../src/errors.ts";
import type { Appended, NewEntry } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { type Stream, streamOf } from "../../src/stream.ts";
import { type Drawn, drawnGroups, opening, RequestMaker } from "../drawn-requests.ts";
import { expectFolded } from "../folded.ts";
import type { Outcome } from "../log.ts";
import { Oracle } from "../oracle.ts";
import { readEntries } from "../room.ts";
import { verdictOn } from "../verdicts.ts";

/** A request that was sent, and what became of it. */
interface Answered {
  request: NewEntry;
  membersOnly: boolean;
  outcome: Outcome;
  entry: Entry | null;
}

/** How many schedules to try, and whether the same one does the same again. */
interface Trying {
  runs: number;
  isRepeatable: boolean;
}

/** Any schedule of all kinds of entries, through any of the stores that are open on the same data, against an oracle. */
export function changeSchedulesContract(
  stores: () => readonly ChatStore[],
  { runs, isRepeatable }: Trying,
): void {
  it("leave what the log says, after any schedule of entries of all kinds", async () => {
    const schedule = fc.asyncProperty(drawnGroups, async (groups) => {
      const schedule = new Schedule(stores());
      for (const group of [opening, ...groups]) await schedule.run(group);
    });
    // Only a failure that comes again can be shrunk.
    await fc.assert(schedule, { numRuns: runs, endOnFailure: !isRepeatable });
  }, 3_600_000);
}

class Schedule {
  readonly #stores: readonly ChatStore[];
  readonly #maker = new RequestMaker();
  readonly #answered = new Map<Stream, Answered[]>();
  readonly #heads = new Map<Stream, number>();

  constructor(stores: readonly ChatStore[]) {
    this.#stores = stores;
  }

  /** Sends requests at once, and checks all that can be read after that. */
  async run(group: readonly Drawn[]): Promise<void> {
    const drawn = group.flatMap((each) => this.#maker.make(each, this.#heads));
    const answers = await Promise.all(
      drawn.map(({ request, store, membersOnly }) => {
        const chosen = this.#stores[store % this.#stores.length];
        if (!chosen) throw new Error("a store is open");
        return answerOf(chosen, request, membersOnly);
      }),
    );
    for (const stream of new Set(drawn.map(({ request }) => streamOf(request)))) {
      const now = answers.filter(({ request }) => streamOf(request) === stream);
      const earlier = this.#answered.get(stream) ?? [];
      this.#answered.set(stream, [...earlier, ...now]);
      await this.#check(stream, now);
    }
  }

  async #check(stream: Stream, now: readonly Answered[]): Promise<void> {
    const [first, ...rest] = this.#stores;
    if (!first) throw new Error("a store is open");
    const entries = await readEntries(first, stream);
    await Promise.all(this.#stores.map((store) => expectFolded(store, stream)));
    for (const store of rest) expect(await readEntries(store, stream)).toEqual(entries);
    const all = this.#answered.get(stream) ?? [];
    expectOnce(all, entries);
    const headBefore = this.#heads.get(stream) ?? 0;
    this.#heads.set(stream, entries.length);
    const storedBy = new Map(
      all.flatMap(({ request, outcome }) => (outcome === "created" ? [[request.id, request]] : [])),
    );
    // Requests under one id at once may be decided on together.
    const isEachAlone = new Set(now.map(({ request }) => request.id)).size === now.length;
    const isOrdered = rest.length === 0 && isEachAlone;
    const mayHaveJoined = rest.length === 0 ? new Set<string>() : refusedAuthors(all);
    expectJust(now, { entries, headBefore, storedBy, isOrdered, mayHaveJoined });
  }
}

/** Returns the authors who join before their message is refused, since another process deletes at that time what it refers to. */
function refusedAuthors(answered: readonly Answered[]): ReadonlySet<string> {
  const refused = answered.filter(({ request, membersOnly, outcome }) => {
    return request.kind === "message" && !membersOnly && outcome !== "created";
  });
  return new Set(refused.map(({ request }) => request.user_id));
}

/** Every acknowledged request is in the log exactly once, and nothing else is there. */
function expectOnce(answered: readonly Answered[], entries: readonly Entry[]): void {
  const created = answered.filter(({ outcome }) => outcome === "created");
  const stored = created.map(({ request }) => request.id).toSorted();
  expect(stored).toEqual(entries.map(({ id }) => id).toSorted());
  for (const { request, entry } of answered) {
    if (entry === null) continue;
    const inLog = entries[entry.seq - 1];
    expect(inLog).toEqual(inLog && "erased" in inLog ? erasedOf(entry) : entry);
    if (entry.id === request.id) expect(entry.kind).toBe(request.kind);
  }
}

function erasedOf(entry: Entry): object {
  const optional = { metadata: undefined, mentions: undefined };
  const { metadata: _, mentions: _mentions, ...rest } = { ...optional, ...entry };
  return { ...rest, content: "", erased: true };
}

interface Log {
  entries: readonly Entry[];
  /** The head before the requests were sent. */
  headBefore: number;
  storedBy: ReadonlyMap<string, NewEntry>;
  /** Whether the requests were decided in the order in which they were sent. */
  isOrdered: boolean;
  /** Who may be a member, though the log does not say so. */
  mayHaveJoined: ReadonlySet<string>;
}

/** Each answer is what the log says at some point while the request was under way: one that fits the order, if there is one. */
function expectJust(
  now: readonly Answered[],
  { entries, headBefore, storedBy, isOrdered, mayHaveJoined }: Log,
): void {
  const log = new Oracle();
  for (const entry of entries.slice(0, headBefore)) log.apply(entry);
  const isJust = (answer: Answered): boolean => {
    const stored = storedBy.get(answer.request.id);
    if (isJustAt(log, answer, stored)) return true;
    const asMember = mayHaveJoined.has(answer.request.user_id) && { ...answer, membersOnly: false };
    return asMember && isJustAt(log, asMember, stored);
  };
  if (isOrdered) {
    const membersBefore = new Set(log.members);
    for (const answer of now) {
      // A store may look who is a member before it decides on the first of a group.
      const wasNoMember =
        answer.outcome === "not_member" && !membersBefore.has(answer.request.user_id);
      const text = `${describe(answer)} after ${log.head.seq}`;
      expect(wasNoMember || isJust(answer), text).toBe(true);
      const next = answer.outcome === "created" && entries[log.head.seq];
      if (next) log.apply(next);
    }
    return;
  }
  let open = now.filter((answer) => !isJust(answer));
  for (const entry of entries.slice(headBefore)) {
    log.apply(entry);
    open = open.filter((answer) => !isJust(answer));
  }
  expect(open.map(describe), `at no point from ${headBefore} on`).toEqual([]);
}

function isJustAt(log: Oracle, answer: Answered, stored: NewEntry | undefined): boolean {
  const { request, membersOnly, outcome, entry } = answer;
  const verdict = verdictOn(log, request, { membersOnly, stored });
  if (verdict.outcome !== outcome) return false;
  if (outcome === "created") return entry?.seq === log.head.seq + 1 && entry.id === request.id;
  return outcome !== "repeated" || verdict.seq === (entry?.seq ?? null);
}

function describe({ request, outcome, entry }: Answered): string {
  return `${outcome} (${entry?.seq ?? null}) for ${JSON.stringify(request)}`;
}

async function answerOf(
  store: ChatStore,
  request: NewEntry,
  membersOnly: boolean,
): Promise<Answered> {
  const admission = membersOnly ? "members_only" : "join";
  try {
    const { entry, created }: Appended = await store.log.append(request, { admission });
    return { request, membersOnly, outcome: created ? "created" : "repeated", entry };
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return { request, membersOnly, outcome: error.code, entry: null };
  }
}

import { isDeepStrictEqual } from "node:util";
import { expect, vi } from "vitest";
import type { InboxItem, InboxRange } from "../src/ports/conversations.ts";
import type { ChatStore } from "../src/store.ts";
import { conversationStream } from "../src/stream.ts";
import type { Done } from "./deed-calls.ts";
import { DeedMaker } from "./deed-maker.ts";
import type { Step } from "./drawn-deeds.ts";
import { type Act, InboxOracle } from "./inbox-oracle.ts";
import { newUsers, upTo } from "./make.ts";

/** The stores that are open on the same data, and their clock. */
export interface Clocked {
  stores: readonly ChatStore[];
  settle(): Promise<void>;
  /** Closes the stores and opens them again, where that is possible. */
  reopen?: (() => Promise<void>) | undefined;
}

const filters: Omit<InboxRange, "limit">[] = [
  ...[{}, { archived: true }, { archived: false }, { unread: true }],
  ...[
    { unread: true, archived: true },
    { unread: true, archived: false },
  ],
];

/** One schedule, in conversations and of users of its own. After each step, all that users see is what the oracle says. */
export class InboxSchedule {
  readonly #oracle = new InboxOracle();
  readonly #maker = new DeedMaker(this.#oracle);
  readonly #clocked: () => Clocked;
  #steps = 0;

  constructor(clocked: () => Clocked) {
    this.#clocked = clocked;
  }

  /** Creates a conversation of ann and bob, with a crowd, and one of all three. */
  async begin(crowd: number): Promise<void> {
    const { users, rooms } = this.#maker;
    const { conversations } = this.#storeAt(0);
    for (const [index, id] of rooms.slice(0, 2).entries()) {
      const own = users.slice(0, 2 + index);
      const others = index === 0 ? newUsers(crowd, id) : [];
      this.#oracle.create(id, Date.now());
      await conversations.create({ id, user_ids: [...own, ...others] });
      for (const user of own) this.#oracle.act(id, user, { acts: [{ kind: "join" }], from: 0 });
    }
  }

  async run({ deeds, passes, isQuiet, reopens }: Step): Promise<void> {
    const { settle, reopen } = this.#clocked();
    if (reopens) await reopen?.();
    vi.setSystemTime(Date.now() + passes);
    this.#maker.begin();
    // The time moves before anything is done.
    const settling = isQuiet ? settle() : undefined;
    const calls = deeds.flatMap(({ deed, store, reads }) => {
      const call = this.#maker.make(deed, store);
      return call ? { ...call, reads } : [];
    });
    const before = this.#maker.rooms.map((id) => this.#oracle.headOf(id));
    const done = await Promise.all(
      calls.map(async ({ store, run, reads }) => {
        const chosen = this.#storeAt(store);
        if (isQuiet) for (const _ of upTo(reads)) await chosen.log.heads(["c:nothing"]);
        return run(chosen);
      }),
    );
    await settling;
    await this.#fold();
    this.#act(done.flat(), before);
    await this.check();
    const [only, ...others] = done.flat();
    if (calls.length === 1 && only && others.length === 0) this.#checkAnswer(only);
  }

  /** Checks all that the users see, through one store after the other. */
  async check(): Promise<void> {
    this.#steps += 1;
    const { users, rooms } = this.#maker;
    await Promise.all(users.map((user, index) => this.#checkUser(user, this.#steps + index)));
    await Promise.all(rooms.map((id, index) => this.#checkReceipts(id, this.#steps + index)));
  }

  async #fold(): Promise<void> {
    const { log } = this.#storeAt(this.#steps);
    const pages = this.#maker.rooms.map(async (id) => {
      const after = this.#oracle.headOf(id);
      const range = { after, limit: 1_000, from: "oldest" } as const;
      this.#oracle.fold(id, await log.page(conversationStream(id), range));
    });
    await Promise.all(pages);
  }

  #act(done: readonly Done[], before: readonly number[]): void {
    for (const [index, id] of this.#maker.rooms.entries()) {
      for (const user of this.#maker.users) {
        const acts: Act[] = done
          .filter(({ member }) => member.conversation_id === id && member.user_id === user)
          .flatMap((each) => each.acts);
        if (acts.length > 0) this.#oracle.act(id, user, { acts, from: before[index] ?? 0 });
      }
    }
  }

  async #checkUser(user: string, store: number): Promise<void> {
    const { conversations, reads } = this.#storeAt(store);
    const { rooms } = this.#maker;
    const inbox = await conversations.inbox(user, { limit: 100 });
    for (const id of rooms) {
      const item = inbox.find((each) => each.id === id);
      const possible = this.#oracle.itemsOf(id, user);
      const isSeen = (each: InboxItem | undefined) => isDeepStrictEqual(each, item);
      if (!possible.some(isSeen)) expectSame(item, possible.length === 1 ? possible[0] : possible);
      this.#oracle.see(id, user, isSeen);
    }
    const now = Date.now();
    const [totals, items, ...pages] = await Promise.all([
      reads.totals(user),
      conversations.itemsOf(user, rooms),
      ...filters.map((filter) => conversations.inbox(user, { limit: 100, ...filter })),
    ]);
    expectSame(totals, this.#oracle.totals(user, now));
    expectSame(items.toSorted(byId), this.#oracle.inbox(user).toSorted(byId));
    for (const [index, filter] of filters.entries()) {
      expectSame(pages[index], this.#oracle.inbox(user, filter));
    }
    const filter = filters[this.#steps % filters.length];
    const expected = this.#oracle.inbox(user, filter);
    for (const [index, after] of [undefined, ...expected].entries()) {
      const range = { limit: 1, ...filter, ...(after && { after }) };
      const page = await conversations.inbox(user, range);
      expectSame(page, expected.slice(index, index + 1));
    }
  }

  async #checkReceipts(id: string, store: number): Promise<void> {
    const listed = await this.#storeAt(store).reads.list(id, { limit: 1_000 });
    const { users } = this.#maker;
    const read = listed.flatMap(({ user_id, read_seq }) => {
      return users.includes(user_id) ? { user_id, read_seq } : [];
    });
    const expected = users.flatMap((user_id) => {
      const [item] = this.#oracle.itemsOf(id, user_id);
      return item ? { user_id, read_seq: item.read_seq } : [];
    });
    const byUser = (a: { user_id: string }, b: { user_id: string }) =>
      a.user_id < b.user_id ? -1 : 1;
    expectSame(read.toSorted(byUser), expected.toSorted(byUser));
  }

  /** What was answered is what is seen, when nothing else was done. */
  #checkAnswer({ member, answer }: Done): void {
    if (!answer) return;
    const { conversation_id: id, user_id } = member;
    const [item] = this.#oracle.itemsOf(id, user_id);
    expect({ ...member, ...item }).toMatchObject(answer);
  }

  #storeAt(index: number): ChatStore {
    const { stores } = this.#clocked();
    const store = stores[index % stores.length];
    if (!store) throw new Error("a store is open");
    return store;
  }
}

/** As toEqual, and faster while there is nothing to tell. */
function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

function byId(a: InboxItem, b: InboxItem): number {
  return a.id < b.id ? -1 : 1;
}

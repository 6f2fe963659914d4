import {
  type ChatClient,
  createChatClient,
  type MessageList,
  type MessageListSnapshot,
} from "@chatnest/client";
import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { type Listing, lookAt, readAll, toMessages } from "./listing.ts";
import { becomeBrowser, MoodyNetwork } from "./moody-network.ts";

const schedules = shareOf(150);
const keys = ["x", "👍🏽", "🏳️‍🌈"];

/** Which message is meant: counted back from the newest. */
const which = fc.nat({ max: 12 });
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ send: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ edit: which, content: fc.constantFrom("a", "b", "c") }) },
  { weight: 2, arbitrary: fc.record({ delete: which }) },
  { weight: 3, arbitrary: fc.record({ react: which, key: fc.constantFrom(...keys) }) },
  { weight: 2, arbitrary: fc.record({ unreact: which, key: fc.constantFrom(...keys) }) },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ other: change }) },
  { weight: 6, arbitrary: fc.record({ own: change }) },
  {
    weight: 6,
    arbitrary: fc.record({
      event: fc.constantFrom("cut", "away", "back", "hold", "let go", "older", "leave", "retry"),
    }),
  },
  { weight: 5, arbitrary: fc.record({ waitMs: fc.constantFrom(0, 1, 5, 20) }) },
);
const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant("passes" as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("slow" as const, "lost" as const, "unanswered" as const),
  },
);

let server: TestServer;
let browser: Disposable;
beforeAll(async () => {
  browser = becomeBrowser();
  server = await startServer();
});
afterAll(async () => {
  browser[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

test(`a list is like a new one after ${schedules} schedules of changes and of a network`, {
  timeout: 300_000,
}, async () => {
  let count = 0;
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
    fc.infiniteStream(fate),
    async (steps, fates) => {
      const schedule = new Schedule(`c${++count}`);
      try {
        await schedule.begin();
        schedule.network.fates = fates;
        for (const next of steps) await schedule.take(next);
        await schedule.end();
      } finally {
        schedule.listing[Symbol.dispose]();
      }
    },
  );
  await fc.assert(property, { numRuns: schedules, endOnFailure: true });
});

/** One list, its network, and others who write to its conversation. */
class Schedule {
  readonly network = new MoodyNetwork();
  readonly #id: string;
  readonly #others: ChatClient;
  readonly #own: ChatClient;
  readonly #wrongs: string[] = [];
  readonly #changedSeqs = new Map<string, number>();
  readonly #deleted = new Set<string>();
  #letGo = () => {};
  #writing: Promise<unknown> = Promise.resolve();
  listing: Listing;

  constructor(id: string) {
    this.#id = id;
    this.#others = createChatClient({ url: server.url });
    this.#own = createChatClient({
      url: server.url,
      userId: "ann",
      fetch: this.network.fetch as unknown as typeof fetch,
      retry: { tries: 2, baseMs: 1, maxMs: 2 },
    });
    const list = this.#own.conversation(id).messages({ limit: 3, deleted: "include" });
    this.listing = this.#look(list);
  }

  #look(list: MessageList): Listing {
    const listing = lookAt(list, (now) => this.#check(now));
    this.listing = listing;
    return listing;
  }

  async begin(): Promise<void> {
    for (let n = 0; n < 5; n++) await this.#write({ send: false });
  }

  async take(next: typeof step extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    if ("other" in next) {
      this.#writing = this.#writing.then(() => this.#write(next.other));
      // Some are awaited, so that they are in the log when the next step comes.
      if (this.#changedSeqs.size % 2) await this.#writing;
    } else if ("own" in next) this.#change(next.own);
    else if ("waitMs" in next) await new Promise((resolve) => setTimeout(resolve, next.waitMs));
    else this.#happen(next.event);
  }

  async end(): Promise<void> {
    await this.#writing;
    const { network, listing } = this;
    network.fates = undefined;
    this.#letGo();
    network.comeBack();
    await listing.until(({ messages, state }) => {
      const failed = messages.flatMap(({ changes }) => changes).filter(({ error }) => error);
      for (const { id, error } of failed) {
        // A message that was deleted meanwhile cannot be edited or answered.
        if (error?.code === "network") listing.list.retry(id);
        else listing.list.discard(id);
      }
      return state.status === "live" && messages.every(({ status }) => status === "confirmed");
    });
    while (listing.now.hasOlder) await listing.list.loadOlder();
    const { messages } = await this.#others.messages.page({
      conversation_id: this.#id,
      limit: 1_000,
      deleted: "include",
    });
    // The stream may be a moment behind the answers to own changes.
    await expect.poll(() => this.#seen(), { interval: 10 }).toEqual(messages);
    expect(this.#wrongs).toEqual([]);
    const shown = messages.filter(({ deleted_at }) => !deleted_at);
    expect(await readAll(this.#others, this.#id)).toEqual(shown);
  }

  #seen() {
    return toMessages(this.listing.now).filter(({ seq }) => seq !== null);
  }

  #happen(event: string): void {
    const { network, listing } = this;
    if (event === "cut") network.cut();
    else if (event === "away") network.goAway();
    else if (event === "back") network.comeBack();
    else if (event === "hold") {
      network.held = new Promise((resolve) => {
        const before = this.#letGo;
        this.#letGo = () => {
          before();
          network.held = undefined;
          resolve();
        };
      });
    } else if (event === "let go") this.#letGo();
    else if (event === "older") listing.list.loadOlder().catch(() => {});
    else if (event === "retry") for (const { id } of listing.now.messages) listing.list.retry(id);
    else {
      listing[Symbol.dispose]();
      this.#look(listing.list);
    }
  }

  #change(next: Change): void {
    const { list, now } = this.listing;
    const at = (n: number) => now.messages[now.messages.length - 1 - n]?.id ?? "";
    if ("send" in next) {
      const root = now.messages.find(({ seq, thread_seq }) => seq !== null && !thread_seq)?.seq;
      list.send({ content: "own", thread_seq: (next.send && root) || undefined });
    } else if ("edit" in next) list.edit(at(next.edit), { content: `own ${next.content}` });
    else if ("delete" in next) list.delete(at(next.delete));
    else if ("react" in next) list.react(at(next.react), next.key);
    else list.unreact(at(next.unreact), next.key);
  }

  async #write(next: Change): Promise<void> {
    const { messages } = this.#others;
    const conversation_id = this.#id;
    const user_id = Math.random() < 0.5 ? "bob" : "ann";
    const page = await messages.page({ conversation_id });
    const at = (n: number) => {
      const { seq = 1 } = page.messages[page.messages.length - 1 - n] ?? {};
      return { conversation_id, user_id, seq };
    };
    const root = page.messages.find(({ thread_seq }) => !thread_seq)?.seq;
    const write = () => {
      if ("send" in next) {
        const thread_seq = next.send ? root : undefined;
        return messages.send({ conversation_id, user_id, content: "other", thread_seq });
      }
      if ("edit" in next) return messages.edit({ ...at(next.edit), content: next.content });
      if ("delete" in next) return messages.delete(at(next.delete));
      const { key } = next;
      if ("react" in next) return messages.react({ ...at(next.react), key });
      return messages.unreact({ ...at(next.unreact), key });
    };
    // Its message may be deleted by now.
    await write().catch(() => {});
  }

  #check(snapshot: MessageListSnapshot): void {
    deepFreeze(snapshot);
    const { messages } = snapshot;
    const ids = new Set(messages.map(({ id }) => id));
    if (ids.size < messages.length) this.#wrongs.push("a message is there twice");
    let before = 0;
    for (const message of messages) {
      const { id, seq, changed_seq = 0 } = message;
      const place = seq ?? Number.POSITIVE_INFINITY;
      if (place < before) this.#wrongs.push(`${place} after ${before}`);
      before = place;
      if (message.status !== "confirmed") continue;
      if (message.deleted_at) this.#deleted.add(id);
      else if (this.#deleted.has(id)) this.#wrongs.push(`${id} is back`);
      const known = this.#changedSeqs.get(id) ?? 0;
      if (changed_seq < known) this.#wrongs.push(`${id} goes back to ${changed_seq} from ${known}`);
      this.#changedSeqs.set(id, Math.max(changed_seq, known));
    }
  }
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  if (value instanceof Error) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

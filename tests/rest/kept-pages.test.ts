import { randomUUID } from "node:crypto";
import { createCaller, createContext, trustedCaller } from "@chatnest/api";
import { type ChatStore, isStoreError, type NewEntry } from "@chatnest/db";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { openMongoPair } from "../support/mongo-pair.ts";

/** Something that is done in a conversation, by one of two processes. */
const drawn = fc.record({
  kind: fc.constantFrom("message", "message", "reply", "edit", "edit", "deletion", "reaction"),
  target: fc.integer({ min: 1, max: 12 }),
  isAdded: fc.boolean(),
  process: fc.nat(1),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer TValue> ? TValue : never;

const opening: Drawn = { kind: "message", target: 1, isAdded: true, process: 0 };

const queries = ["limit=3", "limit=3&view=main", "limit=3&deleted=include", "limit=50"];

function toEntry({ kind, target, isAdded }: Drawn, conversation_id: string): NewEntry {
  const base = { id: randomUUID(), user_id: "ann", conversation_id };
  const content = `${kind} ${base.id}`;
  switch (kind) {
    case "message":
      return { ...base, kind, content };
    case "reply":
      return { ...base, kind: "message", content, thread_seq: target };
    case "edit":
      return { ...base, kind, content, target_seq: target };
    case "deletion":
      return { ...base, kind, target_seq: target };
    default:
      return { ...base, kind: "reaction", target_seq: target, key: "👍", added: isAdded };
  }
}

/** Stores an entry, unless there is nothing that it could be about. */
async function put(store: ChatStore, entry: NewEntry): Promise<void> {
  try {
    await store.log.append(entry);
  } catch (error) {
    if (!isStoreError(error, "not_found") && !isStoreError(error, "invalid")) throw error;
  }
}

describe.each(inject("mongoDeployments"))("newest pages on MongoDB $name", ({ uri }) => {
  it("are the same from memory as read anew, whatever two processes write", async () => {
    await using pair = await openMongoPair(uri);
    const { stores, servers } = pair;

    /** Compares what both processes answer, twice, with what a store is asked for anew. */
    async function check(room: string): Promise<void> {
      const [store] = stores;
      if (!store) throw new Error("there are two");
      for (const query of queries) {
        const input = Object.fromEntries(new URLSearchParams(query));
        const range = { ...input, limit: Number(input["limit"]), conversation_id: room };
        // Nothing is kept of a store that was never asked before.
        const context = createContext({ store: { ...store }, caller: trustedCaller });
        const { messages } = await createCaller(context).messages.page(range);
        const path = `/messages/${room}?${query}`;
        for (const { url } of [...servers, ...servers]) {
          const response = await fetch(url + path);
          expect(await response.json()).toEqual(messages);
          const again = { "if-none-match": response.headers.get("etag") ?? "" };
          expect((await fetch(url + path, { headers: again })).status).toBe(304);
        }
      }
    }

    const groups = fc.array(fc.array(drawn, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(groups, async (groups) => {
        const room = randomUUID();
        for (const group of [[opening], ...groups]) {
          const writes = group.map((each) => {
            const store = stores[each.process];
            return store && put(store, toEntry(each, room));
          });
          // Pages that are read meanwhile may be torn: none of them may be answered later.
          const reads = servers.map(({ url }) => fetch(`${url}/messages/${room}?limit=3`));
          await Promise.all([...writes, ...reads]);
          await check(room);
        }
      }),
      { numRuns: 4 },
    );
  }, 120_000);
});

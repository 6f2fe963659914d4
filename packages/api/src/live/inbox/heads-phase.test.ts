import type { ChatStore } from "@chatnest/db";
import { expect, it } from "vitest";
import { pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom, stateOf, totalsOf } from "../../../tests/inbox-room.ts";

/** A store whose answers to one question are held back, once it was read. */
function heldBack(question: "itemsOf" | "totals") {
  const { promise: isFree, resolve: free } = Promise.withResolvers<void>();
  async function later<TAnswer>(answer: Promise<TAnswer>): Promise<TAnswer> {
    const read = await answer;
    await isFree;
    return read;
  }
  const differences = (store: ChatStore): ChatStore => {
    const { conversations, reads } = store;
    return question === "itemsOf"
      ? {
          ...store,
          conversations: {
            ...conversations,
            itemsOf: (...input) => later(conversations.itemsOf(...input)),
          },
        }
      : { ...store, reads: { ...reads, totals: (id) => later(reads.totals(id)) } };
  };
  return { differences, free };
}

it.each(["itemsOf", "totals"] as const)(
  "tells a mark that comes while the heads are told, after them: during %s",
  async (question) => {
    const { differences, free } = heldBack(question);
    await using test = new InboxRoom(differences);
    await test.begin("room", 3);
    const reader = await test.follow();
    expect(reader.of("unread")).toEqual([]);
    await test.mark("room", 2);
    await pass(3_000);
    expect(reader.of("read")).toEqual([]);
    free();
    await pass(3_000);
    const told = reader.news.filter(({ kind }) => kind !== "settings");
    expect(told.map(({ kind }) => kind).slice(0, 2)).toEqual(["heads", "unread"]);
    expect(reader.of("read")).toEqual([stateOf("room", 2, 1)]);
    expect(reader.last("unread")).toEqual(totalsOf(1, 1));
  },
);

it("tells a first follower at once what the heads of a second hold up", async () => {
  const { differences, free } = heldBack("totals");
  let isHeld = false;
  await using test = new InboxRoom((store) => {
    const held = differences(store);
    const totals = (id: string) => (isHeld ? held : store).reads.totals(id);
    return { ...store, reads: { ...store.reads, totals } };
  });
  await test.begin("room", 3);
  const first = await test.follow();
  isHeld = true;
  const second = await test.follow();
  await test.mark("room", 2);
  await pass(2_000);
  expect(first.of("read")).toEqual([stateOf("room", 2, 1)]);
  expect(second.of("read")).toEqual([]);
  free();
  await pass(2_000);
  expect(second.of("read")).toEqual([stateOf("room", 2, 1)]);
  expect(first.of("read")).toHaveLength(1);
});

import type { ChatStore, StoreEvent, WatchState } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom, stateOf, totalsOf } from "../../../tests/inbox-room.ts";

const member = { conversation_id: "room", user_id: "bob" };

/** A store whose events of marks, settings and titles do not arrive, as those of other processes where it is not live. */
function deaf(state: WatchState) {
  const isHeard = ({ kind }: StoreEvent) => kind !== "read" && kind !== "conversation";
  return (store: ChatStore): ChatStore => ({
    ...store,
    watchState: () => state,
    watch: (listener) => store.watch((event) => isHeard(event) && listener(event)),
  });
}

describe.each(["alone", "degraded"] as const)("where events do not arrive: %s", (state) => {
  it("tells a mark within 5 s", async () => {
    await using test = new InboxRoom(deaf(state));
    await test.begin("room", 3);
    await test.begin("other", 1);
    const reader = await test.follow();
    await pass(6_000);
    reader.clear();
    await test.mark("room", 2);
    await pass(5_500);
    expect(reader.last("unread")).toEqual(totalsOf(2, 2));
    expect(reader.of("read").filter(({ conversation_id }) => conversation_id === "room")).toEqual([
      stateOf("room", 2, 1),
    ]);
    const told = reader.news.length;
    await pass(20_000, 500);
    expect(reader.news).toHaveLength(told);
  });

  it("tells how far others have read, and titles, in active conversations", async () => {
    await using test = new InboxRoom(deaf(state));
    await test.begin("room", 3);
    const reader = await test.follow();
    await test.say("room");
    await pass(6_000);
    await test.mark("room", 2, "ann");
    await test.store.conversations.update("room", { title: "Tea" });
    await pass(6_000);
    expect(reader.last("conversation")).toMatchObject({ conversation_id: "room", title: "Tea" });
    const ofAnn = reader.of("read").filter(({ user_id }) => user_id === "ann");
    expect(ofAnn.map(({ read_seq }) => read_seq)).toEqual([4]);
  });
});

describe("where there are no events of other processes", () => {
  it("tells settings that change no totals", async () => {
    await using test = new InboxRoom(deaf("alone"));
    await test.begin("room", 1);
    const reader = await test.follow();
    await pass(6_000);
    expect(reader.of("settings")).toEqual([]);
    await test.store.members.update(member, { pinned: true });
    await pass(5_500);
    expect(reader.of("settings")).toMatchObject([{ conversation_id: "room", pinned: true }]);
  });

  it("reads the 500 newest conversations of a user, and no more", async () => {
    await using test = new InboxRoom(deaf("alone"));
    for (let n = 0; n < 700; n++) {
      await test.store.conversations.create({ id: `room-${n}`, user_ids: ["bob"] });
    }
    await test.follow();
    await pass(10_500);
    expect(test.calls.inbox).toBeLessThanOrEqual(4);
    expect(test.calls.inbox).toBeGreaterThanOrEqual(2);
  });
});

import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { expectFolded } from "../folded.ts";
import { upTo } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";
import { Room } from "../room.ts";

/** What a store finds of changes when it is opened on data that another one left. */
export function changeReopeningContract(open: OpenStore): void {
  it("finds every change, and goes on from there", async () => {
    await using opened = await open();
    let store: ChatStore = opened.store;
    const room = new Room(() => store);
    await room.say({ metadata: { a: 1 } });
    const early = [room.newReaction(1, "+1"), room.newEdit(1, { content: "edited" })];
    for (const change of early) await store.log.append(change);
    for (const n of upTo(55)) await room.react(1, "heart", `user-${n}`);
    await room.say({ thread_seq: 1 });
    await room.say({ thread_seq: 1 });
    await room.remove(60);
    await room.say();
    await room.remove(62);
    const before = await readAll();
    await store.close();
    store = await opened.openAgain();
    expect(await readAll()).toEqual(before);
    expect(await room.outcomes(early)).toEqual(["repeated", "repeated"]);
    await room.unreact(1, "heart", "user-1");
    await room.react(1, "+1", "bob");
    expect(await room.say({ thread_seq: 1 })).toMatchObject({ thread_state: { count: 2 } });
    await room.edit(1, { metadata: null, unchanged_since: 3 });
    expect(await room.outcomes([room.newEdit(62, { content: "x" })])).toEqual(["not_found"]);
    await expectFolded(store, room.stream);

    async function readAll() {
      return {
        entries: await room.entries(),
        messages: await room.messages({ deleted: true }),
        versions: await room.versions(1),
        reactors: await store.messages.reactors(room.stream, 1, { limit: 100 }),
        head: await room.head(),
        conversations: await store.conversations.get([room.id], 10),
        inbox: await store.conversations.inbox("alice", { limit: 10 }),
      };
    }
  });
}

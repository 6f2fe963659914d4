import { expect, it } from "vitest";
import { eraseUser } from "../../src/erasure/erase-user.ts";
import { conversationStream } from "../../src/stream.ts";
import { erase, expectGone } from "../erased.ts";
import { send } from "../log.ts";
import { newNote, unique, upTo } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";
import { Room, readEntries } from "../room.ts";

/** What other processes on the same data learn of an erasure. */
export function sharedErasuresContract(open: OpenStore): void {
  it("are heard by other processes, which then number notes from the start", async () => {
    await using opened = await open();
    const other = await opened.openAgain();
    const ann = unique("ann");
    for (const _ of upTo(3)) await send(other, newNote({ user_id: ann }));
    let heard = 0;
    const told = Promise.withResolvers<void>();
    other.watch(({ kind }) => {
      if (kind !== "erased") return;
      heard++;
      told.resolve();
    });
    await erase(opened.store, ann, "delete");
    if (other.watchState() === "alone") await other.erasures.check();
    await told.promise;
    expect(heard).toBeGreaterThan(0);
    expect((await send(other, newNote({ user_id: ann }))).message.seq).toBe(1);
  });

  it("are found by a check, once", async () => {
    await using opened = await open();
    const other = await opened.openAgain();
    await other.erasures.check();
    await erase(opened.store, unique("ann"), "delete");
    const kinds: string[] = [];
    other.watch(({ kind }) => kinds.push(kind));
    await other.erasures.check();
    expect(kinds).toContain("erased");
  });

  it("leave no hole behind while another process writes to the same conversation", async () => {
    await using opened = await open();
    const other = await opened.openAgain();
    const [ann, bob] = [unique("ann"), unique("bob")];
    const room = new Room(() => opened.store, { user_id: ann });
    const there = new Room(() => other, { user_id: bob, conversation_id: room.id });
    for (const _ of upTo(20)) await room.say();
    let isDone = false;
    const writing = (async () => {
      while (!isDone) {
        const { seq } = await there.say({ mentions: [bob] });
        await there.react(seq, "+1");
        await there.unreact(seq, "+1");
      }
    })();
    await erase(opened.store, ann, "delete");
    isDone = true;
    await writing;
    for (const store of [opened.store, other]) {
      await expectGone(store, { id: room.id, user: ann, others: [bob] });
    }
    expect((await readEntries(other, conversationStream(room.id))).length).toBeGreaterThan(40);
  });

  it("replace the id also in what another process decides meanwhile", async () => {
    await using opened = await open();
    const other = await opened.openAgain();
    const [ann, bob] = [unique("ann"), unique("bob")];
    const room = new Room(() => opened.store, { user_id: ann });
    const there = new Room(() => other, { user_id: bob, conversation_id: room.id });
    await there.say();
    await room.react(1, "+1");
    await room.react(1, "heart");
    other.watch(() => {});
    let isDone = false;
    const writing = upTo(8).map(async (n) => {
      while (!isDone) {
        if (other.watchState() === "alone") await other.erasures.check();
        await there.react(1, "+1", `${bob}-${n}`);
        await there.unreact(1, "+1", `${bob}-${n}`);
      }
    });
    const erasure = { user_id: ann, mode: "anonymize" } as const;
    await eraseUser(opened.store, erasure, { settleMs: 1_000 });
    isDone = true;
    await Promise.all(writing);
    await expectGone(other, { id: room.id, user: ann, others: [bob] });
  });
}

import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { upTo } from "../make.ts";
import { newChat } from "../reader.ts";

/** Deleted messages are not unread. */
export function readDeletionsContract(store: () => ChatStore): void {
  it("takes those away that were unread, and no others", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(6)) await room.say({ user_id: bob.id });
    await ann.read(3);
    await room.remove(2, { user_id: bob.id });
    expect(await ann.counts()).toEqual([3, 3, 0]);
    await room.remove(4, { user_id: bob.id });
    expect(await ann.counts()).toEqual([3, 2, 0]);
    // By whomever, and only once.
    await room.remove(6, { user_id: "moderator" });
    await room.outcomes([room.newDeletion(6), room.newDeletion(4, { user_id: bob.id })]);
    expect(await ann.counts()).toEqual([3, 1, 0]);
    expect(await ann.read(5)).toMatchObject({ unread_count: 0 });
  });

  it("counts what comes after a deletion", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    await room.remove(1, { user_id: bob.id });
    expect(await ann.counts()).toEqual([0, 0, 0]);
    await room.say({ user_id: bob.id });
    expect(await ann.counts()).toEqual([0, 1, 0]);
    await ann.read(2);
    expect(await ann.counts()).toEqual([2, 1, 0]);
  });

  it("of one's own takes nothing away, since they were never unread", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    await room.say();
    await room.say({ user_id: bob.id });
    await ann.unread(1);
    expect(await ann.counts()).toEqual([0, 2, 0]);
    await room.remove(2);
    expect(await ann.counts()).toEqual([0, 2, 0]);
  });

  it("is exact when all are deleted at once, edited and reacted to before", async () => {
    const { room, ann, bob, other } = await newChat(store);
    const cy = other("cy");
    await cy.join();
    const seqs = upTo(12);
    for (const n of seqs) await room.say({ user_id: n % 2 === 0 ? bob.id : cy.id });
    await Promise.all(
      seqs.flatMap((seq) => [
        room.edit(seq, { content: "edited", user_id: bob.id }),
        room.react(seq, "+1"),
      ]),
    );
    expect(await ann.counts()).toEqual([0, 12, 0]);
    await Promise.all(seqs.slice(3).map((seq) => room.remove(seq)));
    expect(await ann.counts()).toEqual([0, 3, 0]);
    expect((await bob.counts()).slice(1)).toEqual([0, 0]);
    expect((await cy.counts()).slice(1)).toEqual([0, 0]);
    await cy.unread(1);
    expect(await cy.counts()).toEqual([0, 1, 0]);
    await Promise.all(seqs.slice(0, 3).map((seq) => room.remove(seq)));
    expect(await ann.counts()).toEqual([0, 0, 0]);
    expect(await cy.counts()).toEqual([0, 0, 0]);
  });

  it("takes replies away, and leaves them when their thread is deleted", async () => {
    const { room, ann, bob } = await newChat(store);
    const user_id = bob.id;
    await room.say({ user_id });
    for (const _ of upTo(2)) await room.say({ user_id, thread_seq: 1 });
    await room.remove(2, { user_id });
    expect(await ann.counts()).toEqual([0, 2, 0]);
    await room.remove(1, { user_id });
    expect(await ann.counts()).toEqual([0, 1, 0]);
  });
}

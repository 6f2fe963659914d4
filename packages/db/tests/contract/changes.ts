import { expect, it } from "vitest";
import type { MembershipChange } from "../../src/ports/members.ts";
import type { ChatStore } from "../../src/store.ts";
import { send } from "../log.ts";
import { newMessage, unique } from "../make.ts";

/** Changes of memberships: what users joined and left since a moment. */
export function changesContract(store: () => ChatStore): void {
  const create = async (...user_ids: string[]) => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids });
    return id;
  };
  const changesOf = async (user_ids: string[], since = new Date(0)) => {
    const changes = await store().members.changes({ user_ids, since });
    return changes.map(toText).toSorted();
  };

  it("are what users joined, by whatever way, and left", async () => {
    const [ann, bob, cy] = [unique("ann"), unique("bob"), unique("cy")];
    const [room, other] = [await create(ann, bob), await create(cy)];
    await send(store(), newMessage({ conversation_id: other, user_id: ann }));
    await store().members.join({ conversation_id: other, user_id: bob });
    await store().members.leave({ conversation_id: room, user_id: bob });
    const ofAnn = [`joined ${room} ${ann}`, `joined ${other} ${ann}`];
    const ofBob = [`joined ${other} ${bob}`, `left ${room} ${bob}`];
    expect(await changesOf([ann])).toEqual(ofAnn.toSorted());
    expect(await changesOf([bob])).toEqual(ofBob.toSorted());
    expect(await changesOf([ann, unique("nobody"), bob])).toEqual([...ofAnn, ...ofBob].toSorted());
    expect(await changesOf([])).toEqual([]);
  });

  it("are none where nothing changed since", async () => {
    const ann = unique("ann");
    const [room, other] = [await create(ann, "bob"), await create(ann)];
    await store().members.leave({ conversation_id: other, user_id: ann });
    await send(store(), newMessage({ conversation_id: room, user_id: ann }));
    expect(await changesOf([ann], new Date(Date.now() + 1_000))).toEqual([]);
    expect(await changesOf([ann], new Date(Date.now() - 60_000))).toHaveLength(2);
  });

  it("say of who left and joined again only that they joined, and of who left again that they left", async () => {
    const ann = unique("ann");
    const room = await create(ann, "bob");
    await store().members.leave({ conversation_id: room, user_id: ann });
    await store().members.join({ conversation_id: room, user_id: ann });
    expect(await changesOf([ann])).toEqual([`joined ${room} ${ann}`]);
    await store().members.leave({ conversation_id: room, user_id: ann });
    expect(await changesOf([ann])).toEqual([`left ${room} ${ann}`]);
  });

  it("say nothing of who is removed and was no member", async () => {
    const ann = unique("ann");
    const room = await create("bob");
    await store()
      .members.leave({ conversation_id: room, user_id: ann })
      .catch(() => {});
    expect(await changesOf([ann])).toEqual([]);
  });
}

function toText({ kind, conversation_id, user_id }: MembershipChange): string {
  return `${kind} ${conversation_id} ${user_id}`;
}

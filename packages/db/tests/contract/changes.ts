import { expect, it } from "vitest";
import type { ChatStore, MembershipChange } from "../../src/store.ts";
import { newMessage, unique } from "../make.ts";

/** Changes of memberships: what users joined and left since a moment. */
export function changesContract(store: () => ChatStore): void {
  const create = async (...user_ids: string[]) => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids });
    return id;
  };
  const changesOf = async (user_ids: string[], since = new Date(0)) => {
    const changes = await store().conversations.changes({ user_ids, since });
    return changes.map(toText).toSorted();
  };

  it("are what users joined, by whatever way, and left", async () => {
    const [ann, bob, cy] = [unique("ann"), unique("bob"), unique("cy")];
    const [room, other] = [await create(ann, bob), await create(cy)];
    await store().messages.append(newMessage({ conversation_id: other, user_id: ann }));
    await store().conversations.addMember(other, bob);
    await store().conversations.removeMember(room, bob);
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
    await store().conversations.removeMember(other, ann);
    await store().messages.append(newMessage({ conversation_id: room, user_id: ann }));
    expect(await changesOf([ann], new Date(Date.now() + 1_000))).toEqual([]);
    expect(await changesOf([ann], new Date(Date.now() - 60_000))).toHaveLength(2);
  });

  it("say of who left and joined again only that they joined, and of who left again that they left", async () => {
    const ann = unique("ann");
    const room = await create(ann, "bob");
    await store().conversations.removeMember(room, ann);
    await store().conversations.addMember(room, ann);
    expect(await changesOf([ann])).toEqual([`joined ${room} ${ann}`]);
    await store().conversations.removeMember(room, ann);
    expect(await changesOf([ann])).toEqual([`left ${room} ${ann}`]);
  });

  it("say nothing of who is removed and was no member", async () => {
    const ann = unique("ann");
    const room = await create("bob");
    await store()
      .conversations.removeMember(room, ann)
      .catch(() => {});
    expect(await changesOf([ann])).toEqual([]);
  });
}

function toText({ kind, conversation_id, user_id }: MembershipChange): string {
  return `${kind} ${conversation_id} ${user_id}`;
}

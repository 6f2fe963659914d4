import { expect, it } from "vitest";
import { expectRefusal, send } from "../log.ts";
import { newMessage, unique } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";

/** What one of several instances knows of members whom another one removes. */
export function sharedMembershipContract(open: OpenStore): void {
  it("forget within five seconds a member whom another removed, whether it is known or being read", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const member = { conversation_id: unique("room"), user_id: "bob" };
    await a.conversations.create({ id: member.conversation_id, user_ids: ["ann", "bob"] });
    expect(await b.members.has(member)).toBe(true);
    const asking = Array.from({ length: 20 }, () => b.members.has(member));
    await a.members.leave(member);
    await Promise.all(asking);
    const isForgotten = async () => !(await b.members.has(member));
    await expect.poll(isForgotten, { timeout: 5_500 }).toBe(true);
    const refused = send(b, newMessage(member), { admission: "members_only" });
    await expectRefusal(refused, "not_member");
    expect(await a.members.has(member)).toBe(false);
  });
}

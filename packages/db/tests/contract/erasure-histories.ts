import fc from "fast-check";
import { expect, it } from "vitest";
import { isStoreError } from "../../src/errors.ts";
import type { NewEntry } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { erase, expectGone, newIn, readAll, renamed } from "../erased.ts";
import { unique } from "../make.ts";
import { Room } from "../room.ts";

const user = fc.nat({ max: 2 });
const target = fc.integer({ min: 1, max: 9 });
const key = fc.constantFrom("+1", "heart");
const mentions = fc.option(fc.oneof(fc.constant("everyone" as const), fc.subarray([0, 1, 2])), {
  nil: undefined,
});
const deed = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("say" as const), user, mentions }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reply" as const), user, target }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("edit" as const), user, target }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("react" as const), user, target, key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("unreact" as const), user, target, key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), user, target }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("mark" as const), user, target }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), user }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer TDeed> ? TDeed : never;

const history = fc.array(deed, { minLength: 1, maxLength: 30 });

/** Whatever was done before: after an erasure everything is as the log says, and others see what they have to. */
export function erasureHistoriesContract(store: () => ChatStore, runs: number): void {
  it("leave what the log says, and to others what is theirs", async () => {
    const mode = fc.constantFrom("delete" as const, "anonymize" as const);
    const property = fc.asyncProperty(history, history, mode, async (deeds, later, mode) => {
      const users = ["ann", "bob", "cy"].map(unique);
      const [ann = "", ...others] = users;
      const room = new Room(store, { user_id: users[1] ?? "" });
      await room.say();
      for (const each of deeds) await make(store(), { deed: each, room, users });
      const before = await readAll(store(), room.id, others);
      const { pseudonym } = await erase(store(), ann, mode);
      const after = await readAll(store(), room.id, others);
      await expectGone(store(), { id: room.id, user: ann, others });
      await expectInboxes(store(), room, others);
      const then = renamed(before, ann, pseudonym);
      if (mode === "anonymize") expect(JSON.parse(JSON.stringify(after))).toEqual(then);
      const readsBefore = then.reads.filter(({ user_id }) => user_id !== pseudonym);
      expect(after.reads.filter(({ user_id }) => user_id !== pseudonym)).toEqual(readsBefore);
      expect(
        after.messages.every(({ user_id, content }) => {
          return mode === "anonymize" || user_id !== pseudonym || content === "";
        }),
      ).toBe(true);
      // Life goes on.
      const left = [pseudonym, ...others];
      for (const each of later) await make(store(), { deed: each, room, users: left });
      await expectGone(store(), { id: room.id, user: ann, others });
      await expectInboxes(store(), room, others);
    });
    await fc.assert(property, { numRuns: runs });
  }, 3_600_000);
}

async function expectInboxes(store: ChatStore, room: Room, users: readonly string[]) {
  const entries = await room.entries();
  for (const user of users) {
    const items = await store.conversations.inbox(user, { limit: 10 });
    for (const item of items) expect(item).toMatchObject(newIn(entries, user, item));
    const unread = items.filter(({ unread_count }) => unread_count > 0);
    expect(await store.reads.totals(user)).toEqual({
      conversations: unread.length,
      messages: unread.reduce((sum, { unread_count }) => sum + unread_count, 0),
      mentions: unread.reduce((sum, { mention_count }) => sum + mention_count, 0),
    });
  }
}

interface Making {
  deed: Deed;
  room: Room;
  users: readonly string[];
}

/** Does what was drawn, unless that is not possible. */
async function make(store: ChatStore, { deed, room, users }: Making): Promise<void> {
  const user_id = users[deed.user] ?? "";
  const member = { conversation_id: room.id, user_id };
  try {
    if (deed.kind === "leave") await store.members.leave(member);
    else if (deed.kind === "mark") await store.reads.mark(member, { read_seq: deed.target });
    else await store.log.append(toEntry(deed, { room, users }));
  } catch (error) {
    if (!isStoreError(error) || error.code === "unavailable") throw error;
  }
}

function toEntry(
  deed: Exclude<Deed, { kind: "leave" | "mark" }>,
  { room, users }: Omit<Making, "deed">,
): NewEntry {
  const user_id = users[deed.user] ?? "";
  switch (deed.kind) {
    case "say": {
      const { mentions: drawn } = deed;
      const named = typeof drawn === "object" ? drawn.map((n) => users[n] ?? "") : drawn;
      return room.newMessage({ user_id, ...(named?.length && { mentions: named }) });
    }
    case "reply":
      return room.newMessage({ user_id, thread_seq: deed.target, reply_to: deed.target });
    case "edit":
      return room.newEdit(deed.target, { user_id, content: `edited by ${deed.user}` });
    case "remove":
      return room.newDeletion(deed.target, { user_id });
    case "react":
    case "unreact":
      return room.newReaction(deed.target, deed.key, { user_id, added: deed.kind === "react" });
  }
}

import type { Db } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import type { ChatStore } from "../src/index.ts";
import { type MemberDocument, memberKey } from "../src/mongo/documents.ts";
import type { UsersQuery } from "../src/ports/members.ts";
import { newUsers, upTo } from "./make.ts";
import { newDatabase } from "./mongo-database.ts";
import { examinedBy, profileOf } from "./profile.ts";

const timeout = 60_000;
const rooms = upTo(100).map((n) => `room-${n}`);

describe.each(inject("mongoDeployments"))("memberships on MongoDB $name", ({ uri }) => {
  it("cost in proportion to the users, in a conversation of 100,000 members too", {
    timeout,
  }, async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const user_ids = ["user-1", "ann"];
    await Promise.all(rooms.map((id) => store.conversations.create({ id, user_ids })));
    await store.conversations.create({ id: "large", user_ids: ["ann"] });
    await join(database.db, "large", newUsers(100_000));
    for (const count of [3, 200]) {
      const query = { conversation_ids: ["large", ...rooms], user_ids: newUsers(count) };
      const profiles = await profileOf(database.db, async () => {
        expect(await pairsAmong(store, query)).toEqual(
          [
            ...query.user_ids.map((user_id) => `${user_id} in large`),
            ...rooms.map((id) => `user-1 in ${id}`),
          ].toSorted(),
        );
      });
      expect(profiles.length).toBeLessThanOrEqual(3);
      const { keys, documents } = examinedBy(profiles);
      // A few keys for each user in the large one, and for each of the others.
      expect(keys).toBeLessThan(5 * (count + 3 * rooms.length));
      expect(keys).toBeGreaterThanOrEqual(count);
      expect(documents).toBeLessThanOrEqual(count + rooms.length);
    }
  });
});

async function pairsAmong(store: ChatStore, query: UsersQuery): Promise<string[]> {
  const found = await store.members.among(query);
  return found.map(({ conversation_id, user_id }) => `${user_id} in ${conversation_id}`).toSorted();
}

async function join(db: Db, conversation_id: string, userIds: readonly string[]): Promise<void> {
  const members = db.collection<MemberDocument>("chat_members");
  const documents = userIds.map((user_id, index) => {
    return {
      _id: memberKey(user_id, conversation_id),
      user_id,
      conversation_id,
      joined: index + 1,
    };
  });
  for (let start = 0; start < documents.length; start += 20_000) {
    await members.insertMany(documents.slice(start, start + 20_000), { ordered: false });
  }
}

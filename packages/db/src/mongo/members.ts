import type { Events } from "../events.ts";
import { membersShownMax } from "../limits.ts";
import type { Membership } from "../store.ts";
import { type Connection, readTimeoutMs } from "./connection.ts";
import { memberKey } from "./documents.ts";

/** So many memberships are checked by one command. */
const checkSize = 5_000;

/** Who is in which conversation. */
export type Members = ReturnType<typeof openMembers>;

/** Opens the memberships; `events` hears of those that this process changes. */
export function openMembers({ members }: Connection, events: Pick<Events, "emit">) {
  let lastJoined = 0;

  /** Picks the first of so many places in the order of joining: in microseconds, so that a millisecond has room for many. */
  function nextPlaces(count: number, since: Date | undefined): number {
    if (since) return since.getTime() * 1_000;
    const first = Math.max(Date.now() * 1_000, lastJoined + 1);
    lastJoined = first + count;
    return first;
  }

  return {
    /**
     * Makes users members in the order given, and says how many were none before. They join behind all others who joined in
     * this process, unless `since` says when they did.
     */
    async join(memberships: readonly Membership[], since?: Date): Promise<number> {
      const first = nextPlaces(memberships.length, since);
      const { upsertedIds } = await members.bulkWrite(
        memberships.map(({ user_id, conversation_id }, index) => ({
          updateOne: {
            filter: { _id: memberKey(user_id, conversation_id) },
            update: { $setOnInsert: { user_id, conversation_id, joined: first + index } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
      const joined = memberships.filter((_, index) => index in upsertedIds);
      for (const membership of joined) events.emit({ kind: "joined", ...toIds(membership) });
      return joined.length;
    },

    /** Removes a member, and says whether there was one. */
    async leave(membership: Membership): Promise<boolean> {
      const { user_id, conversation_id } = membership;
      const { deletedCount } = await members.deleteOne({
        _id: memberKey(user_id, conversation_id),
      });
      if (deletedCount === 1) events.emit({ kind: "left", ...toIds(membership) });
      return deletedCount === 1;
    },

    /** Picks from memberships those that hold. */
    async check(known: readonly Membership[]): Promise<Membership[]> {
      const held = new Set<string>();
      for (let start = 0; start < known.length; start += checkSize) {
        const part = known.slice(start, start + checkSize);
        const keys = part.map(({ user_id, conversation_id }) =>
          memberKey(user_id, conversation_id),
        );
        const documents = await members
          .find({ _id: { $in: keys } })
          .project<{ _id: string }>({ _id: 1 })
          .batchSize(checkSize + 1)
          .maxTimeMS(readTimeoutMs)
          .toArray();
        for (const { _id } of documents) held.add(_id);
      }
      return known.filter(({ user_id, conversation_id }) =>
        held.has(memberKey(user_id, conversation_id)),
      );
    },

    /** Reads the ids of all conversations of a user, in no particular order. */
    async conversationsOf(userId: string): Promise<string[]> {
      const start = memberKey(userId, "");
      const documents = await members
        .find({ _id: { $gte: start, $lt: `${userId}\v` } })
        .project<{ _id: string }>({ _id: 1 })
        .batchSize(10_000)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return documents.map(({ _id }) => _id.slice(start.length));
    },

    /** Reads the members of a conversation in the order they joined, the first 1,000, and how many there are. */
    async of(conversationId: string) {
      const filter = { conversation_id: conversationId };
      const documents = await members
        .find(filter)
        .sort({ joined: 1, user_id: 1 })
        .project<{ user_id: string }>({ _id: 0, user_id: 1 })
        .limit(membersShownMax)
        .batchSize(membersShownMax + 1)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      const isAll = documents.length < membersShownMax;
      return {
        user_ids: documents.map(({ user_id }) => user_id),
        member_count: isAll
          ? documents.length
          : await members.countDocuments(filter, { maxTimeMS: readTimeoutMs }),
      };
    },
  };
}

function toIds({ user_id, conversation_id }: Membership): Membership {
  return { user_id, conversation_id };
}

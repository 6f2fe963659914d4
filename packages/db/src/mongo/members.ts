import type { AnyBulkWriteOperation } from "mongodb";
import type { Events } from "../commit/events.ts";
import { readTimeoutMs } from "../deadlines.ts";
import { membersShownMax } from "../limits.ts";
import type { ChangesQuery, Membership, MembershipChange, MembershipsQuery } from "../store.ts";
import type { Connection } from "./connection/connection.ts";
import { isDuplicateKey, isOnlyDuplicates } from "./connection/errors.ts";
import { membersIndex } from "./connection/schema.ts";
import { type MemberDocument, memberKey } from "./documents.ts";

type MemberIds = Omit<Membership, "joined_at">;

/** Who is in which conversation. */
export type Members = ReturnType<typeof openMembers>;

/** Opens the memberships; `events` hears of those that this process changes. */
export function openMembers({ members, leavings }: Connection, events: Pick<Events, "emit">) {
  let lastJoined = 0;

  /** Picks the first of so many places in the order of joining: in microseconds, so that a millisecond has room for many. */
  function nextPlaces(count: number, since: Date | undefined): number {
    if (since) return since.getTime() * 1_000;
    const first = Math.max(Date.now() * 1_000, lastJoined + 1);
    lastJoined = first + count;
    return first;
  }

  // Who meets the same upsert of another process finds the member there: that is no failure.
  async function upsert(
    operations: AnyBulkWriteOperation<MemberDocument>[],
  ): Promise<Record<number, unknown>> {
    try {
      return (await members.bulkWrite(operations, { ordered: false })).upsertedIds;
    } catch (error) {
      if (isOnlyDuplicates(error)) return error.upsertedIds;
      throw error;
    }
  }

  // Whoever removes the same member at the same time remembers it as well.
  async function remember(_id: string, { user_id, conversation_id }: MemberIds): Promise<void> {
    const leaving = { $set: { user_id, left_at: new Date() } };
    try {
      await leavings.updateOne({ _id, conversation_id }, leaving, { upsert: true });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  return {
    /**
     * Makes users members in the order given, and says how many were none before. They join behind all others who joined in
     * this process, unless `since` says when they did.
     */
    async join(memberships: readonly MemberIds[], since?: Date): Promise<number> {
      const first = nextPlaces(memberships.length, since);
      const upsertedIds = await upsert(
        memberships.map(({ user_id, conversation_id }, index) => ({
          updateOne: {
            // The conversation too, which may be the shard key.
            filter: { _id: memberKey(user_id, conversation_id), conversation_id },
            update: { $setOnInsert: { user_id, joined: first + index } },
            hint: { _id: 1 },
            upsert: true,
          },
        })),
      );
      const joined = memberships.filter((_, index) => index in upsertedIds);
      for (const membership of joined) events.emit({ kind: "joined", ...toIds(membership) });
      return joined.length;
    },

    /** Removes a member, and says whether there was one. */
    async leave(membership: MemberIds): Promise<boolean> {
      const { user_id, conversation_id } = membership;
      const one = { _id: memberKey(user_id, conversation_id), conversation_id };
      if (!(await members.findOne(one, { maxTimeMS: readTimeoutMs }))) return false;
      // First, so that a crash in between leaves no leaving unknown; who is still a member did not leave.
      await remember(one._id, membership);
      const { deletedCount } = await members.deleteOne(one, { hint: { _id: 1 } });
      if (deletedCount === 1) events.emit({ kind: "left", ...toIds(membership) });
      return deletedCount === 1;
    },

    /** Reads which of some users are in which of some conversations. */
    async among({ conversation_ids, user_ids }: MembershipsQuery): Promise<Membership[]> {
      if (conversation_ids.length === 0 || user_ids.length === 0) return [];
      const documents = await members
        .find({ conversation_id: { $in: [...conversation_ids] }, user_id: { $in: [...user_ids] } })
        // Its keys hold all that is asked for, so no document is read.
        .hint(membersIndex)
        .project<MemberDocument>({ _id: 0, conversation_id: 1, user_id: 1, joined: 1 })
        .batchSize(10_000)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return documents.map(({ conversation_id, user_id, joined }) => {
        return { conversation_id, user_id, joined_at: toDate(joined) };
      });
    },

    /** Reads what users joined since a moment and are in, and what they left since then and are not in. */
    async changes({ user_ids, since }: ChangesQuery): Promise<MembershipChange[]> {
      if (user_ids.length === 0) return [];
      const [present, left] = await Promise.all([
        members
          .find({ $or: user_ids.map(ofUser) })
          .project<MemberDocument>({ user_id: 1, conversation_id: 1, joined: 1 })
          .batchSize(10_000)
          .maxTimeMS(readTimeoutMs)
          .toArray(),
        leavings
          .find({ user_id: { $in: [...user_ids] }, left_at: { $gte: since } })
          .batchSize(10_000)
          .maxTimeMS(readTimeoutMs)
          .toArray(),
      ]);
      const ids = new Set(present.map(({ _id }) => _id));
      const joined = present.filter((member) => toDate(member.joined) >= since);
      const gone = left.filter(({ _id }) => !ids.has(_id));
      return [
        ...joined.map((member) => ({ kind: "joined" as const, ...toIds(member) })),
        ...gone.map((leaving) => ({ kind: "left" as const, ...toIds(leaving) })),
      ];
    },

    /** Reads all conversations of a user, in no particular order, and when the user joined each. */
    async joinedBy(userId: string): Promise<Map<string, Date>> {
      const documents = await members
        .find(ofUser(userId))
        .project<MemberDocument>({ _id: 0, conversation_id: 1, joined: 1 })
        .batchSize(10_000)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return new Map(
        documents.map(({ conversation_id, joined }) => [conversation_id, toDate(joined)]),
      );
    },

    /** Reads the ids of all conversations of a user, in no particular order. */
    async conversationsOf(userId: string): Promise<string[]> {
      const start = memberKey(userId, "");
      const documents = await members
        .find(ofUser(userId))
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

function ofUser(userId: string) {
  return { _id: { $gte: memberKey(userId, ""), $lt: `${userId}\v` } };
}

function toDate(joined: number): Date {
  return new Date(Math.floor(joined / 1_000));
}

function toIds({ user_id, conversation_id }: MemberIds): MemberIds {
  return { user_id, conversation_id };
}

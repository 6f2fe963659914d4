import type { AnyBulkWriteOperation } from "mongodb";
import type { Events } from "../../commit/events.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { IdRange } from "../../ports/conversations.ts";
import type {
  AmongQuery,
  ChangesQuery,
  ListedMember,
  Member,
  Membership,
  MembershipChange,
  MembersRange,
} from "../../ports/members.ts";
import { conversationStream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { isDuplicateKey, isOnlyDuplicates } from "../connection/errors.ts";
import { type MemberDocument, memberKey, ofUser, toJoinedAt } from "../documents.ts";
import type { Marks } from "../inbox/waking.ts";
import { openHeadReads } from "../log/head-reads.ts";
import { type LogHead, noHead } from "../log/heads.ts";
import { readMemberPage } from "./member-pages.ts";
import { readMembersAmong } from "./members-among.ts";

/** The members of conversations. */
export type Members = ReturnType<typeof openMembers>;

/** Opens the members. Changes by this process are emitted to `events`. */
export function openMembers(connection: Connection, events: Pick<Events, "emit">) {
  const { members, leavings } = connection;
  const readHeads = openHeadReads(connection);
  let lastJoined = 0;

  /** Reserves places in the order of joining and returns the first. In microseconds, so that a millisecond has room for many. */
  function nextPlaces(count: number, since: Date | undefined): number {
    if (since) return since.getTime() * 1_000;
    const first = Math.max(Date.now() * 1_000, lastJoined + 1);
    lastJoined = first + count;
    return first;
  }

  // An upsert that loses against the same one of another process is not a failure: the member exists.
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

  // Another process that removes the same member at the same time writes the same.
  async function remember(_id: string, { user_id, conversation_id }: Member): Promise<void> {
    const leaving = { $set: { user_id, left_at: new Date() } };
    try {
      await leavings.updateOne({ _id, conversation_id }, leaving, { upsert: true });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  return {
    /**
     * Adds members in the given order, and returns how many were not members before. They join after all who joined through
     * this process, unless `since` tells when they joined. They have read what is there. Their conversations must be awake, with
     * these marks.
     */
    async join(memberships: readonly Member[], marks: Marks, since?: Date): Promise<number> {
      const streams = memberships.map((one) => conversationStream(one.conversation_id));
      const heads = await readHeads([...new Set(streams)]);
      const first = nextPlaces(memberships.length, since);
      const readUpTo = ({ seq, count }: LogHead) => ({ read_seq: seq, read_count: count });
      const upsertedIds = await upsert(
        memberships.map(({ user_id, conversation_id }, index) => ({
          updateOne: {
            // The conversation is included because it may be the shard key.
            filter: { _id: memberKey(user_id, conversation_id), conversation_id },
            update: {
              $setOnInsert: {
                user_id,
                joined: first + index,
                ...markOf(marks, conversation_id),
                ...readUpTo(heads.get(conversationStream(conversation_id)) ?? noHead),
              },
            },
            hint: { _id: 1 },
            upsert: true,
          },
        })),
      );
      const joined = memberships.filter((_, index) => index in upsertedIds);
      for (const membership of joined) events.emit({ kind: "joined", ...toIds(membership) });
      return joined.length;
    },

    /** Removes a member; returns `false` when the user was not one. */
    async leave(membership: Member): Promise<boolean> {
      const { user_id, conversation_id } = membership;
      const one = { _id: memberKey(user_id, conversation_id), conversation_id };
      if (!(await members.findOne(one, { maxTimeMS: readTimeoutMs }))) return false;
      // Written first, so that a crash in between loses no leaving. Readers ignore the leaving of a present member.
      await remember(one._id, membership);
      const { deletedCount } = await members.deleteOne(one, { hint: { _id: 1 } });
      if (deletedCount === 1) events.emit({ kind: "left", ...toIds(membership) });
      return deletedCount === 1;
    },

    /** Reads which of the memberships exist, as keys. */
    async present(asked: readonly Member[]): Promise<Set<string>> {
      const found = await readMembersAmong(connection, { members: asked });
      return new Set(
        found.map(({ user_id, conversation_id }) => memberKey(user_id, conversation_id)),
      );
    },

    /** Reads which of the memberships exist. */
    among: (query: AmongQuery): Promise<Membership[]> => readMembersAmong(connection, query),

    /** Reads what users joined since a moment and are in, and what they left since then and are out of. */
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
      const joined = present.filter((member) => toJoinedAt(member.joined) >= since);
      const gone = left.filter(({ _id }) => !ids.has(_id));
      return [
        ...joined.map((member) => ({ kind: "joined" as const, ...toIds(member) })),
        ...gone.map((leaving) => ({ kind: "left" as const, ...toIds(leaving) })),
      ];
    },

    /** Reads all conversations of a user, each with the time of joining, in no particular order. */
    async joinedBy(userId: string): Promise<Map<string, Date>> {
      const documents = await members
        .find(ofUser(userId))
        .project<MemberDocument>({ _id: 0, conversation_id: 1, joined: 1 })
        .batchSize(10_000)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return new Map(
        documents.map(({ conversation_id, joined }) => [conversation_id, toJoinedAt(joined)]),
      );
    },

    /** Reads the ids of a user's conversations in order. */
    async conversationsAfter(userId: string, { after = "", limit }: IdRange): Promise<string[]> {
      const start = memberKey(userId, "");
      const documents = await members
        .find({ _id: { $gt: memberKey(userId, after), $lt: ofUser(userId)._id.$lt } })
        .sort({ _id: 1 })
        .project<{ _id: string }>({ _id: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return documents.map(({ _id }) => _id.slice(start.length));
    },

    /** Reads the members of a conversation in the order they joined. */
    async list(conversationId: string, range: MembersRange): Promise<ListedMember[]> {
      const fields = { _id: 0, user_id: 1, joined: 1 } as const;
      const rows = await readMemberPage<Pick<MemberDocument, "user_id" | "joined">>(
        connection,
        conversationId,
        { ...range, fields },
      );
      return rows.map(({ user_id, joined }) => {
        return { user_id, joined_at: toJoinedAt(joined), place: joined };
      });
    },
  };
}

function markOf(marks: Marks, conversationId: string): Pick<MemberDocument, "awake"> {
  const awake = marks.get(conversationId);
  if (!awake) throw new Error("the conversation that a member joins is asleep");
  return { awake };
}

function toIds({ user_id, conversation_id }: Member): Member {
  return { user_id, conversation_id };
}

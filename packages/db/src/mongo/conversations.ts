import { readTimeoutMs } from "../deadlines.ts";
import { StoreError } from "../errors.ts";
import { sliceInbox } from "../inbox.ts";
import { hashOfMembers, otherMembers } from "../new-conversation.ts";
import type { ConversationStore, NewConversation } from "../ports/conversations.ts";
import type { Activity } from "./activity.ts";
import type { Connection } from "./connection/connection.ts";
import { isDuplicateKey } from "./connection/errors.ts";
import { openConversationHeads } from "./conversation-heads.ts";
import { readConversationViews } from "./conversation-views.ts";
import type { ConversationDocument } from "./documents.ts";
import type { Members } from "./members.ts";

/** What the conversations need. */
export interface ConversationParts {
  activity: Activity;
  members: Members;
}

/** Opens the conversations. */
export function openConversations(
  connection: Connection,
  { activity, members }: ConversationParts,
): ConversationStore {
  const { conversations } = connection;

  async function create({ id, user_ids }: NewConversation): Promise<{ created: boolean }> {
    const created_with = hashOfMembers(user_ids);
    const created = await insert(id, created_with);
    const stored = await find(id);
    const isBySending = stored.created_with === undefined;
    if (!isBySending && stored.created_with !== created_with) throw otherMembers(id);
    if (isBySending || stored.incomplete) {
      const memberships = user_ids.map((user_id) => ({ user_id, conversation_id: id }));
      // Counted from the creation, so that a repeated or concurrent create gives the same order.
      await members.join(memberships, isBySending ? undefined : stored.created_at);
      await conversations.updateOne({ _id: id }, { $unset: { incomplete: true } });
    }
    return { created };
  }

  async function insert(id: string, created_with: string): Promise<boolean> {
    const created_at = new Date();
    const nothingYet = { last_seq: 0, last_activity_at: created_at };
    try {
      const document = {
        _id: id,
        created_at,
        created_with,
        incomplete: true,
        ...nothingYet,
      } as const;
      await conversations.insertOne(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async function find(id: string): Promise<ConversationDocument> {
    const document = await conversations.findOne({ _id: id }, { maxTimeMS: readTimeoutMs });
    if (!document) throw new StoreError("not_found", `there is no conversation ${id}`);
    return document;
  }

  async function findAll(ids: readonly string[]): Promise<ConversationDocument[]> {
    const documents = await conversations
      .find({ _id: { $in: [...ids] } })
      .batchSize(10_000)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    return activity.withPositions(documents);
  }

  return {
    async create(conversation) {
      return create(conversation);
    },
    async get(ids, newest) {
      const documents = new Map((await findAll(ids)).map((document) => [document._id, document]));
      const found = ids.map((id) => documents.get(id)).filter((document) => document !== undefined);
      return readConversationViews(connection, found, newest);
    },
    async inbox(userId, range) {
      const documents = await findAll(await members.conversationsOf(userId));
      const positions = documents.map(({ _id, last_activity_at }) => ({
        id: _id,
        last_activity_at: last_activity_at.toISOString(),
      }));
      return sliceInbox(positions, range);
    },
    heads: openConversationHeads(connection, { activity, members }),
  };
}

import type { Events } from "../../commit/events.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { membersShownMax } from "../../limits.ts";
import { hashOfMembers, otherMembers } from "../../new-conversation.ts";
import type { ConversationStore, NewConversation } from "../../ports/conversations.ts";
import type { Activity } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { isDuplicateKey } from "../connection/errors.ts";
import type { ConversationDocument } from "../documents.ts";
import { openInbox } from "../inbox/inbox.ts";
import { itemsOfRows } from "../inbox/inbox-items.ts";
import type { Waking } from "../inbox/waking.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import type { Members } from "../members/members.ts";
import { readMemberRows } from "../reads/member-rows.ts";
import { openConversationDocuments } from "./conversation-documents.ts";
import { openConversationHeads } from "./conversation-heads.ts";
import { type KeptMessages, readConversationViews } from "./conversation-views.ts";
import { openShownMembers } from "./shown-members.ts";
import { openConversationUpdate } from "./update.ts";

/** What the conversations need. */
export interface ConversationParts {
  activity: Activity;
  members: Members;
  waking: Waking;
  kept: KeptMessages;
  readHeads: ReadHeads;
  events: Pick<Events, "emit">;
}

/** Opens the conversations. */
export function openConversations(
  connection: Connection,
  { activity, members, waking, kept, readHeads, events }: ConversationParts,
): ConversationStore {
  const { conversations } = connection;
  const readDocuments = openConversationDocuments(connection);
  const readMembers = openShownMembers(connection);

  async function create({ id, user_ids }: NewConversation): Promise<{ created: boolean }> {
    const created_with = hashOfMembers(user_ids);
    const created = await insert(id, created_with);
    const stored = await find(id);
    const isBySending = stored.created_with === undefined;
    if (!isBySending && stored.created_with !== created_with) throw otherMembers(id);
    if (isBySending || stored.incomplete) {
      const memberships = user_ids.map((user_id) => ({ user_id, conversation_id: id }));
      const marks = await waking.wake(new Map([[id, undefined]]));
      // Counted from the creation, so that a repeated or concurrent create gives the same order.
      await members.join(memberships, marks, isBySending ? undefined : stored.created_at);
      await conversations.updateOne({ _id: id }, { $unset: { incomplete: true } });
    }
    return { created };
  }

  async function insert(id: string, created_with: string): Promise<boolean> {
    const created_at = new Date();
    const nothingYet = { last_seq: 0, last_activity_at: created_at };
    try {
      const mark = await waking.newMark();
      const document = { _id: id, created_at, created_with, ...nothingYet, ...mark };
      await conversations.insertOne({ ...document, incomplete: true });
      waking.remember(id, mark.active_until);
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
    const documents = await readDocuments(ids);
    return activity.withPositions(
      ids.map((id) => documents.get(id)).filter((document) => document !== undefined),
    );
  }

  return {
    async create(conversation) {
      return create(conversation);
    },
    async get(ids, newest, members = membersShownMax) {
      const documents = await findAll(ids);
      const parts = { connection, kept, readMembers };
      return readConversationViews(parts, documents, { newest, members });
    },
    update: openConversationUpdate(connection, events),
    inbox: openInbox(connection, { readHeads }),
    async itemsOf(user_id, ids) {
      const asked = [...new Set(ids)].map((conversation_id) => ({ user_id, conversation_id }));
      return itemsOfRows(connection, await readMemberRows(connection, asked), readHeads);
    },
    idsOf: members.conversationsAfter,
    heads: openConversationHeads(connection, { activity, members }),
  };
}

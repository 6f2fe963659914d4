import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { toMetadataText } from "../../metadata.ts";
import type { FoundConversation, StoredConversation, TransferStore } from "../../ports/transfer.ts";
import { conversationOf } from "../../stream.ts";
import { notAbsent, notBegun } from "../../transfer/check-put.ts";
import type { Connection } from "../connection/connection.ts";
import { isDuplicateKey } from "../connection/errors.ts";
import type { Waking } from "../inbox/waking.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import { putEntries } from "./put-entries.ts";
import { putMembers } from "./put-members.ts";
import { openStored, toStored } from "./stored.ts";

/** What transfers need. */
export interface TransferParts {
  waking: Pick<Waking, "newMark" | "remember" | "wake">;
  readHeads: ReadHeads;
}

/** Opens the port of the transfers. */
export function openTransfer(
  connection: Connection,
  { waking, readHeads }: TransferParts,
): TransferStore {
  const { conversations, meta } = connection;

  async function find(_id: string): Promise<FoundConversation | null> {
    const document = await conversations.findOne({ _id }, { maxTimeMS: readTimeoutMs });
    return document && { conversation: toStored(document), isBegun: document.transfer === true };
  }

  /** Keeps a begun conversation awake, so that nothing trusts what is stored of its activity. */
  async function keepAwake(id: string): Promise<Date> {
    if (!(await find(id))?.isBegun) throw notBegun(id);
    const awake = (await waking.wake(new Map([[id, undefined]]))).get(id);
    if (!awake) throw new Error("a conversation could not be woken");
    return awake;
  }

  async function insert(conversation: StoredConversation): Promise<boolean> {
    const { id, created_with, title, metadata } = conversation;
    const created_at = new Date(conversation.created_at);
    const mark = await waking.newMark();
    try {
      await conversations.insertOne({
        _id: id,
        created_at,
        ...(created_with !== undefined && { created_with }),
        last_seq: 0,
        last_activity_at: created_at,
        ...mark,
        ...(title !== undefined && { title }),
        ...(metadata !== undefined && { metadata: toMetadataText(metadata) }),
        transfer: true,
      });
      waking.remember(id, mark.active_until);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  return {
    ...openStored(connection, readHeads),
    find,
    async begin(conversation) {
      if (await insert(conversation)) return;
      if (!(await find(conversation.id))?.isBegun) throw notAbsent(conversation.id);
    },
    async put(stream, entries) {
      const id = conversationOf(stream);
      if (id !== null) await keepAwake(id);
      await putEntries(connection, stream, entries);
    },
    async finish(conversationId, members) {
      const awake = await keepAwake(conversationId);
      await putMembers(connection, { conversationId, awake }, members);
      await conversations.updateOne({ _id: conversationId }, { $unset: { transfer: true } });
    },
    async source() {
      const document = await meta.findOne({ _id: "source" }, { maxTimeMS: readTimeoutMs });
      return document ? String(document.value) : null;
    },
    async setSource(name) {
      if (name === null) await meta.deleteOne({ _id: "source" });
      else await meta.updateOne({ _id: "source" }, { $set: { value: name } }, { upsert: true });
    },
    async backup() {
      const text =
        "a MongoDB is backed up with its own tools, such as mongodump --oplog, which copies all collections as of one moment";
      throw new StoreError("invalid", text);
    },
  };
}

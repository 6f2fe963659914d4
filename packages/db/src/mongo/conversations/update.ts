import type { Document } from "mongodb";
import type { Events } from "../../commit/events.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { toMetadataText } from "../../metadata.ts";
import type { ConversationChange } from "../../ports/conversations.ts";
import type { Connection } from "../connection/connection.ts";

/** Opens the changing of what conversations are called. Changes by this process are emitted to `events`. */
export function openConversationUpdate(
  { conversations }: Pick<Connection, "conversations">,
  events: Pick<Events, "emit">,
): (id: string, change: ConversationChange) => Promise<void> {
  return async (_id, { title, metadata }) => {
    const fields = { title, metadata: metadata && toMetadataText(metadata) };
    const given = Object.entries(fields).filter(([, value]) => value !== undefined);
    const set = given.filter(([, value]) => value !== null);
    const unset = given.filter(([, value]) => value === null).map(([name]) => [name, true]);
    const update: Document = {
      ...(set.length > 0 && { $set: Object.fromEntries(set) }),
      ...(unset.length > 0 && { $unset: Object.fromEntries(unset) }),
    };
    const found =
      given.length > 0
        ? (await conversations.updateOne({ _id }, update)).matchedCount
        : await conversations.countDocuments({ _id }, { limit: 1, maxTimeMS: readTimeoutMs });
    if (found === 0) throw new StoreError("not_found", `there is no conversation ${_id}`);
    if (given.length > 0) events.emit({ kind: "conversation", conversation_id: _id });
  };
}

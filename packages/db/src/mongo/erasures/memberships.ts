import type { Events } from "../../commit/events.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Erasure } from "../../ports/erasures.ts";
import type { Connection } from "../connection/connection.ts";
import { isOnlyDuplicates } from "../connection/errors.ts";
import { type MemberDocument, memberKey, ofUser } from "../documents.ts";
import type { Waking } from "../inbox/waking.ts";
import { newVersion } from "../reads/update-rows.ts";

/** How many memberships one step takes. */
const membershipsMax = 200;

/** What changing memberships needs. */
export interface MembershipParts {
  waking: Pick<Waking, "wake">;
  events: Pick<Events, "emit">;
}

/** Ends some memberships of a user, or gives them to the pseudonym. Returns how many. */
export async function eraseMemberships(
  connection: Connection,
  erasure: Erasure,
  { waking, events }: MembershipParts,
): Promise<number> {
  const { members, leavings } = connection;
  const { user_id, pseudonym, mode } = erasure;
  const found = await members
    .find(ofUser(user_id))
    .sort({ _id: 1 })
    .limit(membershipsMax)
    .batchSize(membershipsMax + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  if (mode === "anonymize" && found.length > 0) await give(connection, { found, erasure, waking });
  if (found.length > 0) {
    await members.deleteMany({
      _id: { $in: found.map(({ _id }) => _id) },
      conversation_id: { $in: found.map(({ conversation_id }) => conversation_id) },
    });
  }
  await leavings.deleteMany({ user_id });
  for (const { conversation_id } of found) {
    if (mode === "anonymize") events.emit({ kind: "joined", conversation_id, user_id: pseudonym });
    events.emit({ kind: "left", conversation_id, user_id });
  }
  return found.length;
}

interface Giving extends Pick<MembershipParts, "waking"> {
  found: readonly MemberDocument[];
  erasure: Erasure;
}

/** Stores memberships anew under the pseudonym. Those that a crash has left are there already. */
async function give(
  { members }: Pick<Connection, "members">,
  { found, erasure: { pseudonym }, waking }: Giving,
): Promise<void> {
  const ids = found.map(({ conversation_id }) => [conversation_id, undefined] as const);
  const marks = await waking.wake(new Map(ids));
  const documents = found.map((document): MemberDocument => {
    // Without what is only right while the conversation sleeps.
    const { active_at: _active, adopted: _adopted, ...row } = document;
    const { unread_count: _unread, mention_count: _mentions, archived: _archived, ...rest } = row;
    const { conversation_id } = document;
    const awake = marks.get(conversation_id);
    return {
      ...rest,
      _id: memberKey(pseudonym, conversation_id),
      user_id: pseudonym,
      ...(awake && { awake }),
      ...(rest.version !== undefined && { version: newVersion() }),
    };
  });
  try {
    await members.insertMany(documents, { ordered: false });
  } catch (error) {
    if (!isOnlyDuplicates(error)) throw error;
  }
}

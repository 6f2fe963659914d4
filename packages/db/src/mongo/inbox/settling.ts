import type { ClientSession } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { conversationStream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConversationDocument } from "../documents.ts";
import { readLogHeads } from "../log/heads.ts";
import { positionOf } from "./positions.ts";
import { claimQuiet, type Quiet } from "./settling-claims.ts";
import { type HeadOf, settleMembers } from "./settling-members.ts";
import { settleAfterMs, type Waking } from "./waking.ts";

/** How many conversations are settled at a time. */
const settledMax = 500;

/** What settling needs. */
export interface SettlingParts {
  waking: Pick<Waking, "wake">;
}

/** Settles conversations. */
export type Settling = ReturnType<typeof createSettling>;

/**
 * Stores the heads of all conversations that became quiet, in the conversations and in their memberships, and removes the marks
 * as active. Any number of processes may do it at once. See docs/decisions/0014.
 */
export function createSettling(connection: Connection, { waking }: SettlingParts) {
  const { conversations } = connection;

  async function settle(): Promise<void> {
    let count: number;
    do count = await settleSome();
    while (count === settledMax);
  }

  async function settleSome(): Promise<number> {
    const found = await conversations
      .find({ active_until: { $lt: new Date(Date.now() - settleAfterMs) } })
      .limit(settledMax)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const marked = found.filter(isMarked);
    if (marked.length === 0) return 0;
    const keepsInboxes = await connection.keepsInboxes();
    // In a causal session, the heads are read as of the claim or later, also after an election.
    await using session = connection.client.startSession({ causalConsistency: true });
    const quiet = keepsInboxes
      ? await claim(marked, session)
      : marked.map((document) => ({ document, members: undefined }));
    if (quiet.length === 0) return found.length;
    const heads = await readHeads(quiet, session);
    const left = await settleMembers(connection, quiet, heads);
    const settled = quiet.filter(({ document }) => !left.has(document._id));
    await finish(settled, heads, keepsInboxes);
    return found.length;
  }

  /** Claims what may be settled. What was marked before the version of the schema was raised is woken, to be settled later. */
  async function claim(marked: Quiet["document"][], session: ClientSession): Promise<Quiet[]> {
    const isKnown = ({ state }: ConversationDocument) => state === "awake" || state === "settling";
    const unknown = marked.filter((document) => !isKnown(document));
    if (unknown.length > 0) await waking.wake(new Map(unknown.map(({ _id }) => [_id, undefined])));
    return claimQuiet(connection, marked.filter(isKnown), session);
  }

  async function readHeads(quiet: readonly Quiet[], session: ClientSession): Promise<HeadOf> {
    const heads = await readLogHeads(
      connection,
      quiet.map(({ document }) => conversationStream(document._id)),
      session,
    );
    // What is read of the memberships and the logs after this is as of the claim or later, too.
    connection.horizon.raise(session.operationTime);
    return ({ _id }) => heads.get(conversationStream(_id));
  }

  async function finish(quiet: readonly Quiet[], headOf: HeadOf, isKept: boolean): Promise<void> {
    if (quiet.length === 0) return;
    await conversations.bulkWrite(
      quiet.map(({ document }) => ({
        updateOne: {
          // Not when it was marked again meanwhile.
          filter: { _id: document._id, active_until: document.active_until },
          update: {
            $set: {
              ...positionOf(document, headOf(document)),
              quiet_since: document.active_until,
              ...(isKept && { state: "settled" as const }),
            },
            $unset: { active_until: true, ...(!isKept && { state: true as const }) },
          },
        },
      })),
      { ordered: false },
    );
  }

  return { settle };
}

function isMarked(document: ConversationDocument): document is Quiet["document"] {
  return document.active_until !== undefined;
}

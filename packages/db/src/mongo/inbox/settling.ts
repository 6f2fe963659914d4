import type { ClientSession } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { conversationStream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConversationDocument } from "../documents.ts";
import { type LogHead, readLogHeads } from "../log/heads.ts";
import { claimQuiet, type Quiet } from "./settling-claims.ts";
import { settleAfterMs, type Waking } from "./waking.ts";

/** How many conversations are settled at a time. */
const settledMax = 500;
/** How many memberships one command changes, more or less. */
const rowsMax = 5_000;

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
  const { conversations, members } = connection;

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
    const heads = await readHeads(
      quiet.map(({ document }) => document),
      session,
    );
    await setActivity(quiet, heads);
    await finish(quiet, heads, keepsInboxes);
    return found.length;
  }

  /** Claims what may be settled. What was marked before the version of the schema was raised is woken, to be settled later. */
  async function claim(marked: Quiet["document"][], session: ClientSession): Promise<Quiet[]> {
    const isKnown = ({ state }: ConversationDocument) => state === "awake" || state === "settling";
    const unknown = marked.filter((document) => !isKnown(document));
    if (unknown.length > 0) await waking.wake(new Map(unknown.map(({ _id }) => [_id, undefined])));
    return claimQuiet(connection, marked.filter(isKnown), session);
  }

  async function readHeads(documents: readonly ConversationDocument[], session: ClientSession) {
    const heads = await readLogHeads(
      connection,
      documents.map(({ _id }) => conversationStream(_id)),
      session,
    );
    return (document: ConversationDocument) => {
      return positionOf(document, heads.get(conversationStream(document._id)));
    };
  }

  /** Stores the activity in the memberships, except in those that were woken since. */
  async function setActivity(quiet: readonly Quiet[], headOf: Heads): Promise<void> {
    for (const some of inPieces(quiet)) {
      await members.bulkWrite(
        some.map(({ document }) => ({
          updateMany: {
            filter: {
              conversation_id: document._id,
              awake: { $not: { $gt: document.active_until } },
            },
            update: {
              $set: { active_at: headOf(document).last_activity_at },
              $unset: { awake: true },
            },
          },
        })),
        { ordered: false },
      );
    }
  }

  async function finish(quiet: readonly Quiet[], headOf: Heads, isKept: boolean): Promise<void> {
    await conversations.bulkWrite(
      quiet.map(({ document }) => ({
        updateOne: {
          // Not when it was marked again meanwhile.
          filter: { _id: document._id, active_until: document.active_until },
          update: {
            $set: {
              ...headOf(document),
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

type Heads = (document: ConversationDocument) => ReturnType<typeof positionOf>;

function isMarked(document: ConversationDocument): document is Quiet["document"] {
  return document.active_until !== undefined;
}

/** Splits conversations so that the memberships of each part are not too many. Leaves out those whose memberships stay. */
function inPieces(quiet: readonly Quiet[]): Quiet[][] {
  const pieces: Quiet[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const each of quiet) {
    if (each.members === undefined) continue;
    rows += each.members;
    if (rows > rowsMax) {
      pieces.push([]);
      rows = each.members;
    }
    pieces.at(-1)?.push(each);
  }
  return pieces;
}

/** Says where a conversation ends: where its log does, if it has entries. */
export function positionOf(document: ConversationDocument, head: LogHead | undefined) {
  return {
    last_seq: head?.seq ?? document.last_seq,
    last_activity_at: head?.said_at ?? document.last_activity_at,
  };
}

import type { Document } from "mongodb";
import type { UnreadTotals } from "../../entities.ts";
import { StoreError } from "../../errors.ts";
import type { Connection } from "../connection/connection.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import type { MemberRow } from "../reads/member-rows.ts";
import { placeUnsettled, toItems } from "./inbox-items.ts";
import { type ReadRow, readInParts, readRowsOf } from "./inbox-rows.ts";

/** A membership, or what settled ones say together. */
type Row = ReadRow | { sum: UnreadTotals };

interface Parts {
  sum: UnreadTotals;
  others: MemberRow[];
}

const nothing: UnreadTotals = { conversations: 0, messages: 0, mentions: 0 };
/** How often memberships are read again that are settled meanwhile. */
const triesMax = 20;

/** Opens the function that counts what is new to a user. Settled memberships are added up by MongoDB. */
export function openTotals(connection: Connection, readHeads: ReadHeads) {
  async function readOnce(userId: string, now: Date): Promise<Parts | undefined> {
    const rows = await readInParts<Row>(connection, userId, settledOf(userId, now));
    const others = rows.filter((row) => !("sum" in row)) as ReadRow[];
    const first = others.filter(({ is_again }) => !is_again);
    const second = others.filter(({ is_again }) => is_again);
    const sum = rows.find((row) => "sum" in row)?.sum ?? nothing;
    return isSame(first, second) ? { sum, others: first } : undefined;
  }

  async function read(userId: string, now: Date): Promise<Parts> {
    if (!(await connection.keepsInboxes())) {
      return { sum: nothing, others: await readRowsOf(connection, userId) };
    }
    for (let tries = 0; tries < triesMax; tries++) {
      const parts = await readOnce(userId, now);
      if (parts) return parts;
    }
    throw new StoreError("unavailable", "the memberships of a user change too fast");
  }

  return async (userId: string): Promise<UnreadTotals> => {
    const now = new Date();
    const { sum, others } = await read(userId, now);
    const heard = others.filter(({ muted_until }) => !muted_until || muted_until <= now);
    const placed = await placeUnsettled(connection, heard, readHeads);
    const items = await toItems(
      connection,
      placed.filter(({ archived }) => !archived),
    );
    return items
      .filter(({ unread_count }) => unread_count > 0)
      .reduce(
        ({ conversations, messages, mentions }, { unread_count, mention_count }) => ({
          conversations: conversations + 1,
          messages: messages + unread_count,
          mentions: mentions + mention_count,
        }),
        sum,
      );
  };
}

/** Makes the stages that add up settled memberships, if there are any with unread messages. */
function settledOf(user_id: string, now: Date): Document[] {
  const total = (of: string) => ({ $sum: { $cond: ["$isHeard", of, 0] } });
  const isHeard = { $lte: [{ $ifNull: ["$muted_until", new Date(0)] }, now] };
  return [
    {
      $match: {
        user_id,
        archived: false,
        active_at: { $exists: true },
        unread_count: { $gt: 0 },
      },
    },
    { $project: { unread_count: 1, mention_count: 1, isHeard } },
    {
      $group: {
        _id: null,
        conversations: { $sum: { $cond: ["$isHeard", 1, 0] } },
        messages: total("$unread_count"),
        mentions: total("$mention_count"),
      },
    },
    {
      $project: {
        _id: 0,
        sum: { conversations: "$conversations", messages: "$messages", mentions: "$mentions" },
      },
    },
  ];
}

/**
 * Tells whether memberships were not settled before and after the others were added up, and not in between: settling gives each
 * another version.
 */
function isSame(before: readonly MemberRow[], after: readonly MemberRow[]): boolean {
  const versions = new Map(before.map((row) => [row.conversation_id, row.version]));
  return (
    before.length === after.length &&
    after.every(({ conversation_id, version }) => {
      return versions.has(conversation_id) && versions.get(conversation_id) === version;
    })
  );
}

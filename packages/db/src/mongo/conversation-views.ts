import { readTimeoutMs } from "../deadlines.ts";
import type { Conversation, Message } from "../entities.ts";
import { membersShownMax } from "../limits.ts";
import { lengthOfConversation, openFit } from "../paging/page-length.ts";
import { chunksOf } from "./chunks.ts";
import type { Connection } from "./connection/connection.ts";
import type { ConversationDocument } from "./documents.ts";
import { readNewestMessages } from "./newest-messages.ts";
import { withMembers } from "./with-members.ts";

/** How many conversations and messages one command reads at most. */
const conversationsMax = 100;
const messagesMax = 1_000;
/** How many conversations one command counts the members of. The cost of each is in proportion to its members. */
const countedMax = 10;
/** How many chunks are read at once, with two commands each, so that one call does not take all connections. */
const chunksAtOnce = 2;

const noMessages: ReadonlyMap<string, Message[]> = new Map();

interface ShownMembers {
  user_ids: string[];
  member_count: number;
}

/**
 * Reads what conversations show in addition to their documents, in the given order: their first members, the number of all
 * members, and their `newest` newest messages. Many conversations share a command, few where their messages are long. Ends where a
 * page would be too long.
 */
export async function readConversationViews(
  connection: Connection,
  documents: readonly ConversationDocument[],
  newest: number,
): Promise<Conversation[]> {
  let size = Math.min(conversationsMax, Math.max(1, Math.floor(messagesMax / newest)));
  const read: Conversation[] = [];
  const fits = openFit();
  while (read.length < documents.length) {
    const some = documents.slice(read.length, read.length + size * chunksAtOnce);
    const chunks = chunksOf(some, size);
    const views = await Promise.all(chunks.map((chunk) => readChunk(connection, chunk, newest)));
    for (const view of views) {
      if (!view) break;
      for (const conversation of view) {
        if (!fits(lengthOfConversation(conversation))) return read;
        read.push(conversation);
      }
    }
    // Those of one conversation are never too long.
    if (views.includes(undefined)) size = Math.ceil(size / 8);
  }
  return read;
}

/** Reads some conversations; `undefined` when their messages are far too long for one page. */
async function readChunk(
  connection: Connection,
  documents: readonly ConversationDocument[],
  newest: number,
): Promise<Conversation[] | undefined> {
  const ids = documents.map(({ _id }) => _id);
  const [members, messages] = await Promise.all([
    readMembers(connection, ids),
    newest === 0 ? noMessages : readNewestMessages(connection, ids, newest),
  ]);
  if (!messages) return undefined;
  return documents.map(({ _id, created_at, last_seq, last_activity_at }) => {
    const { user_ids, member_count } = members.get(_id) ?? { user_ids: [], member_count: 0 };
    return {
      id: _id,
      user_ids,
      messages: messages.get(_id) ?? [],
      created_at: created_at.toISOString(),
      last_seq,
      member_count,
      last_activity_at: last_activity_at.toISOString(),
    };
  });
}

/** Reads the first 1,000 members of conversations in the order they joined, and the number of all. */
async function readMembers(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, ShownMembers>> {
  const firstMembers = [
    { $sort: { joined: 1, user_id: 1 } },
    { $limit: membersShownMax },
    { $project: { _id: 0, user_id: 1 } },
  ];
  const rows = await connection.conversations
    .aggregate<{ _id: string; user_ids: string[] }>(
      [
        ...withMembers(connection, ids, firstMembers),
        { $project: { user_ids: "$members.user_id" } },
      ],
      { batchSize: ids.length + 1, maxTimeMS: readTimeoutMs },
    )
    .toArray();
  const full = rows.filter(({ user_ids }) => user_ids.length === membersShownMax);
  const counts = await countMembers(
    connection,
    full.map(({ _id }) => _id),
  );
  return new Map(
    rows.map(({ _id, user_ids }) => {
      return [_id, { user_ids, member_count: counts.get(_id) ?? user_ids.length }];
    }),
  );
}

async function countMembers(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const some of chunksOf(ids, countedMax)) {
    const rows = await connection.conversations
      .aggregate<{ _id: string; count: number }>(
        [
          ...withMembers(connection, some, [{ $count: "count" }]),
          { $project: { count: { $first: "$members.count" } } },
        ],
        { batchSize: some.length + 1, maxTimeMS: readTimeoutMs },
      )
      .toArray();
    for (const { _id, count } of rows) counts.set(_id, count);
  }
  return counts;
}

import { createEvents } from "../src/commit/events.ts";
import type { Entry, Mentions } from "../src/entities.ts";
import { createActivity } from "../src/mongo/activity.ts";
import type { Connection } from "../src/mongo/connection/connection.ts";
import type { EntryDocument } from "../src/mongo/entry-documents.ts";
import { openInbox } from "../src/mongo/inbox/inbox.ts";
import { createSettling } from "../src/mongo/inbox/settling.ts";
import { openTotals } from "../src/mongo/inbox/totals.ts";
import { createWaking } from "../src/mongo/inbox/waking.ts";
import { openHeadReads } from "../src/mongo/log/head-reads.ts";
import { noHead, readLogHeads } from "../src/mongo/log/heads.ts";
import { MemberBeliefs } from "../src/mongo/members/member-beliefs.ts";
import { openMembers } from "../src/mongo/members/members.ts";
import { openRowChanges } from "../src/mongo/reads/changing.ts";
import { openReads } from "../src/mongo/reads/reads.ts";
import { toDocument } from "../src/mongo/writing/to-document.ts";

/** What of a process has to do with inboxes. */
export type Process = ReturnType<typeof createProcess>;

/** Makes the parts of a store that have to do with inboxes. */
export function createProcess(connection: Connection) {
  const events = createEvents();
  const members = openMembers(connection, events);
  const beliefs = new MemberBeliefs({ events, heardUntil: () => Number.NEGATIVE_INFINITY });
  const waking = createWaking(connection, events);
  const settling = createSettling(connection, { waking });
  const activity = createActivity(connection, { members, beliefs, waking });
  const readHeads = openHeadReads(connection);
  const changeRow = openRowChanges(connection, events);
  return {
    ...{ connection, members, waking, settling, activity, changeRow },
    inbox: openInbox(connection, { readHeads }),
    totals: openTotals(connection, readHeads),
    reads: openReads(connection, { changeRow, readHeads }),
  };
}

/** What is said in a room, or deleted there. */
export type Said = { id: string; user_id: string; conversation_id: string; at: Date } & (
  | { mentions?: Mentions | undefined }
  | { target_seq: number }
);

/** Stores an entry as a writer does once it has read the head. */
export async function insertEntry(connection: Connection, said: Said): Promise<EntryDocument> {
  const { id, user_id, conversation_id, at } = said;
  const stream = `c:${conversation_id}` as const;
  const head = (await readLogHeads(connection, [stream])).get(stream) ?? noHead;
  const common = { id, user_id, conversation_id, timestamp: at.toISOString(), seq: head.seq + 1 };
  const entry: Entry =
    "target_seq" in said
      ? { kind: "deletion", ...common, target_seq: said.target_seq }
      : {
          kind: "message",
          ...common,
          content: "hello",
          ...(said.mentions && { mentions: said.mentions }),
        };
  const document = toDocument(entry, { stream, by: 1, head });
  await connection.messages.insertOne(document);
  return document;
}

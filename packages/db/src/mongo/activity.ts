import type { Events } from "../commit/events.ts";
import { readTimeoutMs } from "../deadlines.ts";
import type { NewMessage } from "../store.ts";
import { conversationStream } from "../stream.ts";
import type { Connection } from "./connection/connection.ts";
import { type ConversationDocument, memberKey } from "./documents.ts";
import { type Head, readHeads } from "./log-heads.ts";
import type { Members } from "./members.ts";
import { RecentMap } from "./writing/recent-map.ts";

/** A message of a conversation. */
type Said = NewMessage & { conversation_id: string };

/** For how long a conversation is marked as active at a time, in ms, and when the mark is renewed. */
const leaseMs = 60_000;
const renewWhenLeftMs = 30_000;
/** How long after its mark ran out a conversation is settled: clocks may differ by this, in ms. */
const settleAfterMs = 60_000;
/** So many conversations are settled at a time. */
const settledMax = 500;
/** For how long a membership is believed without asking again, in ms: while leavings are heard of, and else. */
const heardMembershipMs = 60_000;
const membershipMs = 5_000;
const rememberedMax = 50_000;

interface Parts {
  members: Members;
  events: Pick<Events, "watch">;
  /** Says whether what other processes do is heard of at once. */
  isHearing(): boolean;
}

/** What goes around the messages of a conversation: that it exists, who is in it, when it was active. */
export type Activity = ReturnType<typeof createActivity>;

/**
 * Keeps conversations and memberships in step with the messages. A conversation is marked as active before something is
 * said in it, for a minute at a time; while it is marked, the log itself says what its newest entry is. So a send writes
 * nothing but its message, and a crash between two writes leaves no inbox wrong. See docs/decisions.
 */
export function createActivity(connection: Connection, { members, events, isHearing }: Parts) {
  const { conversations } = connection;
  const activeUntil = new RecentMap<string, number>(rememberedMax);
  const memberUntil = new RecentMap<string, number>(rememberedMax);

  events.watch((event) => {
    if (event.kind === "left") memberUntil.delete(memberKey(event.user_id, event.conversation_id));
    if (event.kind !== "missed") return;
    memberUntil.clear();
    activeUntil.clear();
  });

  function isMember({ conversation_id, user_id }: NewMessage): boolean {
    if (conversation_id === null) return true;
    return (memberUntil.get(memberKey(user_id, conversation_id)) ?? 0) > Date.now();
  }

  /** Readies conversations for messages: they exist, are marked as active, and the senders are members. */
  async function begin(messages: readonly NewMessage[]): Promise<void> {
    const said = messages.filter((message): message is Said => message.conversation_id !== null);
    await markActive(said);
    await join(said.filter((message) => !isMember(message)));
  }

  async function markActive(messages: readonly Said[]): Promise<void> {
    const now = Date.now();
    const firsts = new Map<string, Said>();
    for (const message of messages) {
      const left = (activeUntil.get(message.conversation_id) ?? 0) - now;
      if (left < renewWhenLeftMs && !firsts.has(message.conversation_id)) {
        firsts.set(message.conversation_id, message);
      }
    }
    if (firsts.size === 0) return;
    await conversations.bulkWrite(
      [...firsts].map(([id, { timestamp }]) => {
        const created_at = new Date(timestamp ?? now);
        return {
          updateOne: {
            filter: { _id: id },
            update: {
              $setOnInsert: { created_at, last_seq: 0, last_activity_at: created_at },
              $max: { active_until: new Date(now + leaseMs) },
            },
            upsert: true,
          },
        };
      }),
      { ordered: false },
    );
    for (const id of firsts.keys()) activeUntil.set(id, now + leaseMs);
  }

  async function join(messages: readonly Said[]): Promise<void> {
    const memberships = new Map(
      messages.map((message) => [memberKey(message.user_id, message.conversation_id), message]),
    );
    if (memberships.size === 0) return;
    await members.join([...memberships.values()]);
    const until = Date.now() + (isHearing() ? heardMembershipMs : membershipMs);
    for (const key of memberships.keys()) memberUntil.set(key, until);
  }

  /** Writes the newest entries of all conversations that fell quiet, and takes their marks off. */
  async function settle(): Promise<void> {
    let count: number;
    do count = await settleSome();
    while (count === settledMax);
  }

  async function settleSome(): Promise<number> {
    const quietSince = new Date(Date.now() - settleAfterMs);
    const quiet = await conversations
      .find({ active_until: { $lt: quietSince } })
      .limit(settledMax)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    if (quiet.length === 0) return 0;
    const heads = await readHeads(
      connection,
      quiet.map(({ _id }) => conversationStream(_id)),
    );
    await conversations.bulkWrite(
      quiet.map((document) => ({
        updateOne: {
          // Left alone when somebody marked it again.
          filter: {
            _id: document._id,
            ...(document.active_until && { active_until: document.active_until }),
          },
          update: {
            $set: {
              ...positionOf(document, heads.get(conversationStream(document._id))),
              ...(document.active_until && { quiet_since: document.active_until }),
            },
            $unset: { active_until: true },
          },
        },
      })),
      { ordered: false },
    );
    return quiet.length;
  }

  /** Says what the newest entries of conversations are: the log knows of the active ones. */
  async function withPositions<TDocument extends ConversationDocument>(
    documents: TDocument[],
  ): Promise<TDocument[]> {
    const active = documents.filter(({ active_until }) => active_until !== undefined);
    const heads = await readHeads(
      connection,
      active.map(({ _id }) => conversationStream(_id)),
    );
    return documents.map((document) => ({
      ...document,
      ...positionOf(document, heads.get(conversationStream(document._id))),
    }));
  }

  return {
    isMember,
    begin,
    settle,
    withPositions,
  };
}

function positionOf(document: ConversationDocument, head: Head | undefined) {
  return {
    last_seq: head?.seq ?? document.last_seq,
    last_activity_at: head?.timestamp ?? document.last_activity_at,
  };
}

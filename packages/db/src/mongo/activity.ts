import { refers } from "../changes/references.ts";
import type { Events } from "../commit/events.ts";
import { RecentMap } from "../commit/recent-map.ts";
import { readTimeoutMs } from "../deadlines.ts";
import type { Admission, NewEntry } from "../ports/log.ts";
import { conversationStream } from "../stream.ts";
import type { Connection } from "./connection/connection.ts";
import { type ConversationDocument, memberKey } from "./documents.ts";
import { type LogHead, readLogHeads } from "./log/heads.ts";
import type { MemberBeliefs } from "./member-beliefs.ts";
import type { Members } from "./members.ts";

/** An entry of a conversation. */
type Said = NewEntry & { conversation_id: string };

/** An entry to append. */
export interface Append {
  entry: NewEntry;
  admission: Admission;
}

/** How long a mark as active lasts, in ms, and how much of it may be left when it is renewed. */
const leaseMs = 60_000;
const renewWhenLeftMs = 30_000;
/** How long after the end of its mark a conversation is settled, in ms. Clocks may differ by this much. */
const settleAfterMs = 60_000;
/** How many conversations are settled at a time. */
const settledMax = 500;
/** How many conversations are remembered as active. */
const rememberedMax = 50_000;

interface Parts {
  members: Members;
  beliefs: MemberBeliefs;
  events: Pick<Events, "watch">;
}

/** The conversations behind the entries: their existence, their members, and when they were active. */
export type Activity = ReturnType<typeof createActivity>;

/**
 * Keeps conversations and memberships in step with the logs. Before an entry is stored, its conversation is marked as active
 * for a minute. The newest entry of a marked conversation is read from its log. So a send writes only its entry, and a crash
 * between two writes leaves no inbox wrong. See docs/decisions/0002.
 */
export function createActivity(connection: Connection, { members, beliefs, events }: Parts) {
  const { conversations } = connection;
  const activeUntil = new RecentMap<string, number>(rememberedMax);

  events.watch((event) => {
    if (event.kind === "missed") activeUntil.clear();
  });

  function isMember({ conversation_id, user_id }: NewEntry): boolean {
    return conversation_id === null || beliefs.has(memberKey(user_id, conversation_id));
  }

  /** Reads which authors are members, as keys, and remembers them. */
  async function lookUp(entries: readonly NewEntry[]): Promise<ReadonlySet<string>> {
    let found: ReadonlySet<string> = new Set();
    await beliefs.learn(async () => {
      found = await members.present(entries.filter(isSaid));
      return found;
    });
    return found;
  }

  /** Tells whether the author of an entry joins the conversation by it. */
  function isJoining({ admission, entry }: Append): boolean {
    return admission === "join" && entry.kind === "message" && !isMember(entry);
  }

  /**
   * Prepares conversations for entries: creates them, marks them as active, and adds the authors who may join. An entry that
   * refers to another one may yet be refused, so its author is added later, by `join`.
   */
  async function begin(appends: readonly Append[]): Promise<void> {
    await markActive(appends.map(({ entry }) => entry).filter(isSaid));
    await join(appends.filter(({ entry }) => !refers(entry)));
  }

  async function markActive(entries: readonly Said[]): Promise<void> {
    const now = Date.now();
    const firsts = new Map<string, Said>();
    for (const entry of entries) {
      const left = (activeUntil.get(entry.conversation_id) ?? 0) - now;
      if (left >= renewWhenLeftMs) continue;
      const first = firsts.get(entry.conversation_id);
      if (!first || (refers(first) && !refers(entry))) {
        firsts.set(entry.conversation_id, entry);
      }
    }
    if (firsts.size === 0) return;
    await conversations.bulkWrite(
      [...firsts].map(([id, entry]) => {
        const created_at = new Date(entry.timestamp ?? now);
        return {
          updateOne: {
            filter: { _id: id },
            update: {
              $setOnInsert: { created_at, last_seq: 0, last_activity_at: created_at },
              $max: { active_until: new Date(now + leaseMs) },
            },
            // What refers to an entry finds its conversation.
            upsert: !refers(entry),
          },
        };
      }),
      { ordered: false },
    );
    for (const id of firsts.keys()) activeUntil.set(id, now + leaseMs);
  }

  /** Adds the authors who join. */
  async function join(appends: readonly Append[]): Promise<void> {
    const entries = appends
      .filter(isJoining)
      .map(({ entry }) => entry)
      .filter(isSaid);
    const joining = new Map(
      entries.map((entry) => [memberKey(entry.user_id, entry.conversation_id), entry]),
    );
    if (joining.size === 0) return;
    await beliefs.learn(async () => {
      await members.join([...joining.values()]);
      return joining.keys();
    });
  }

  /** Stores the heads of all conversations that became quiet, and removes their marks. */
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
    const heads = await readLogHeads(
      connection,
      quiet.map(({ _id }) => conversationStream(_id)),
    );
    await conversations.bulkWrite(
      quiet.map((document) => ({
        updateOne: {
          // Not when it was marked again meanwhile.
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

  /** Completes conversations with their newest entries, which for active ones are read from the log. */
  async function withPositions<TDocument extends ConversationDocument>(
    documents: TDocument[],
  ): Promise<TDocument[]> {
    const active = documents.filter(({ active_until }) => active_until !== undefined);
    const heads = await readLogHeads(
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
    isJoining,
    lookUp,
    begin,
    join,
    settle,
    withPositions,
  };
}

function isSaid(entry: NewEntry): entry is Said {
  return entry.conversation_id !== null;
}

function positionOf(document: ConversationDocument, head: LogHead | undefined) {
  return {
    last_seq: head?.seq ?? document.last_seq,
    last_activity_at: head?.said_at ?? document.last_activity_at,
  };
}

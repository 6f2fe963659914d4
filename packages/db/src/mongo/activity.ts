import { refers } from "../changes/references.ts";
import type { Admission, NewEntry } from "../ports/log.ts";
import { conversationStream } from "../stream.ts";
import type { Connection } from "./connection/connection.ts";
import { type ConversationDocument, memberKey } from "./documents.ts";
import { positionOf } from "./inbox/positions.ts";
import type { Waking } from "./inbox/waking.ts";
import { openHeadReads } from "./log/head-reads.ts";
import type { MemberBeliefs } from "./members/member-beliefs.ts";
import type { Members } from "./members/members.ts";

/** An entry of a conversation. */
type Said = NewEntry & { conversation_id: string };

/** An entry to append. */
export interface Append {
  entry: NewEntry;
  admission: Admission;
}

interface Parts {
  members: Members;
  beliefs: MemberBeliefs;
  waking: Pick<Waking, "isDue" | "wake">;
}

/** The conversations behind the entries: their existence, their members, and when they were active. */
export type Activity = ReturnType<typeof createActivity>;

/**
 * Keeps conversations and memberships in step with the logs. Before an entry is stored, its conversation is marked as active
 * for a minute. The newest entry of a marked conversation is read from its log. So a send writes only its entry, and a crash
 * between two writes leaves no inbox wrong. See docs/decisions/0002.
 */
export function createActivity(connection: Connection, { members, beliefs, waking }: Parts) {
  const readHeads = openHeadReads(connection);

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
    await keepAwake(appends);
    await join(appends.filter(({ entry }) => !refers(entry)));
  }

  /** Marks the conversations of entries as active, if their marks are due. */
  async function keepAwake(appends: readonly Append[]): Promise<void> {
    const now = Date.now();
    const due = new Map<string, Date | undefined>();
    for (const { entry } of appends) {
      if (!isSaid(entry) || !waking.isDue(entry.conversation_id, now)) continue;
      // What refers to an entry finds its conversation.
      const created_at = refers(entry) ? undefined : new Date(entry.timestamp ?? now);
      due.set(entry.conversation_id, due.get(entry.conversation_id) ?? created_at);
    }
    if (due.size > 0) await waking.wake(due);
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
    const ids = entries.map(({ conversation_id }) => [conversation_id, undefined] as const);
    const marks = await waking.wake(new Map(ids));
    await beliefs.learn(async () => {
      await members.join([...joining.values()], marks);
      return joining.keys();
    });
  }

  /** Completes conversations with their newest entries, which for active ones are read from the log. */
  async function withPositions<TDocument extends ConversationDocument>(
    documents: TDocument[],
  ): Promise<TDocument[]> {
    const active = documents.filter(({ active_until }) => active_until !== undefined);
    if (active.length === 0) return documents;
    const heads = await readHeads(active.map(({ _id }) => conversationStream(_id)));
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
    keepAwake,
    join,
    withPositions,
  };
}

function isSaid(entry: NewEntry): entry is Said {
  return entry.conversation_id !== null;
}

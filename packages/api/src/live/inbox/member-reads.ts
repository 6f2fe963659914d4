import type { ChatStore, ListedRead } from "@chatnest/db";
import type { Hub } from "../hub.ts";
import { inParallel } from "./in-parallel.ts";
import type { Inboxes } from "./inboxes.ts";
import { Kept } from "./kept.ts";
import { readConnected } from "./read-connected.ts";
import { createRounds } from "./rounds.ts";

/** In conversations with more members nobody is told how far others have read. */
const membersMax = 100;
/** How many conversations are read in one round, and how many at the same time. */
const [conversationsMax, readersMax] = [250, 8];
/** Of how many conversations it is remembered what was told. */
const keptMax = 1_000;
/** How long a conversation counts as too large, in ms. */
const largeForMs = 60_000;

/** Whose reads of a conversation may have changed. */
type Marked = Set<string> | "anyone's";

/** Tells the followers of inboxes how far other members have read. */
export interface MemberReads {
  /** Reads conversations again where events may not arrive: those that are active, and followed by somebody. */
  check(): void;
}

/**
 * Creates the watch over the reads of other members. A conversation is read at most once a second, for all its followers together,
 * and only when one of them is a member.
 */
export function createMemberReads(store: ChatStore, hub: Hub, { users }: Inboxes): MemberReads {
  const marked = new Map<string, Marked>();
  /** How far each member has read, as it was told. */
  const told = new Kept<Map<string, number>>(keptMax);
  /** When conversations were found too large, by `performance.now()`. */
  const largeSince = new Kept<number>(keptMax);
  const rounds = createRounds({ hub, size: conversationsMax, read });

  hub.onEvent((event) => {
    if (event.kind !== "read" || users.size === 0) return;
    const { conversation_id, user_id } = event;
    // Only its own devices are told, which is done elsewhere.
    if (users.size === 1 && users.has(user_id)) return;
    mark(conversation_id, new Set([user_id]));
  });

  function mark(conversationId: string, who: Marked): void {
    const foundAt = largeSince.get(conversationId);
    if (foundAt !== undefined && performance.now() - foundAt < largeForMs) return;
    marked.set(conversationId, join(marked.get(conversationId), who));
    rounds.ask(conversationId);
  }

  async function read(conversationIds: readonly string[]): Promise<void> {
    const connected = await readConnected(store, users, conversationIds);
    await inParallel(conversationIds, readersMax, async (id) => {
      const who = marked.get(id);
      marked.delete(id);
      const readers = (connected.get(id) ?? []).filter((userId) => isToldOf(userId, who));
      if (who === undefined || readers.length === 0) return;
      try {
        const reads = await store.reads.list(id, { limit: membersMax + 1 });
        if (reads.length <= membersMax) tell(id, reads, who);
        else largeSince.set(id, performance.now());
      } catch (error) {
        marked.set(id, join(marked.get(id), who));
        throw error;
      }
    });
  }

  function tell(conversation_id: string, reads: readonly ListedRead[], who: Marked): void {
    const before = told.get(conversation_id);
    const now = new Map(before);
    for (const { user_id, read_seq } of reads) {
      if (who !== "anyone's" && !who.has(user_id)) continue;
      now.set(user_id, read_seq);
      // Of settings, which lead to the same event, others do not learn.
      if (before?.get(user_id) === read_seq) continue;
      for (const { user_id: reader } of reads) {
        if (reader === user_id) continue;
        for (const { feed } of users.get(reader)?.followers ?? []) {
          feed.tell({ kind: "read", conversation_id, user_id, read_seq });
        }
      }
    }
    told.set(conversation_id, now);
  }

  return {
    check() {
      if (store.watchState() === "live") return;
      for (const { followers } of users.values()) {
        for (const { feed } of followers) {
          for (const id of feed.conversations()) mark(id, "anyone's");
        }
      }
    },
  };
}

function join(some: Marked | undefined, others: Marked): Marked {
  if (some === undefined) return others;
  return some === "anyone's" || others === "anyone's" ? "anyone's" : new Set([...some, ...others]);
}

/** Tells whether a user is told of reads: of those of others. */
function isToldOf(userId: string, who: Marked | undefined): boolean {
  return who === "anyone's" || (who !== undefined && !(who.size === 1 && who.has(userId)));
}

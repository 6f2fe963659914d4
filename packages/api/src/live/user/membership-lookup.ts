import type { ChatStore, ConversationHead, Membership } from "@chatnest/db";
import type { UserFeed } from "./user-feed.ts";

/** What was asked of one conversation, and what the store answered. */
export interface Question {
  head: ConversationHead;
  /** Which of the connected users are in it. */
  members: readonly Membership[];
  /** The feeds for which it was asked; the answer says nothing about others. */
  asked: ReadonlySet<UserFeed>;
  /** Users who were heard to have left it. */
  left: readonly string[];
}

/** What a lookup is made of. */
export interface MembershipLookupParts {
  feedsOf: ReadonlyMap<string, ReadonlySet<UserFeed>>;
  /** Reads what else is needed for an answer; what it returns is called to settle it, unless that was forgotten meanwhile. */
  onAnswer(question: Question): Promise<() => void>;
}

/** Asks the store who is in which conversation, and where it ends, for many conversations at once. */
export interface MembershipLookup {
  /** Asks about a conversation soon; somebody may have been heard to have left it. */
  ask(conversationId: string, leftBy?: string): void;
  /**
   * Answers once all that was asked by now is answered.
   * @throws StoreError `unavailable` or `closed`; what was asked is asked again later.
   */
  settled(): Promise<void>;
  /** Forgets what was asked. */
  forget(): void;
}

/** So many conversations are asked about at once. */
const askedMax = 250;
/** A pause between two questions, in ms: what is asked meanwhile is asked together. */
const pauseMs = 10;

/** Makes a lookup; one question is under way at a time, and each is asked after what led to it. */
export function createMembershipLookup(
  store: ChatStore,
  { feedsOf, onAnswer }: MembershipLookupParts,
): MembershipLookup {
  /** Each with the users who were heard to have left it. */
  const waiting = new Map<string, string[]>();
  let isAsking = false;
  /** The question that was asked last; the next waits for it. */
  let last: Promise<void> = Promise.resolve();
  /** Grows when what was asked is forgotten: an answer to it says nothing any more. */
  let round = 0;

  function ask(conversationId: string, leftBy?: string): void {
    const left = waiting.get(conversationId) ?? [];
    if (leftBy !== undefined) left.push(leftBy);
    waiting.set(conversationId, left);
    if (isAsking) return;
    isAsking = true;
    // What is not answered now is asked again by the next check.
    setImmediate(() => askAll().catch(() => {}));
  }

  async function askAll(): Promise<void> {
    try {
      while (waiting.size > 0) {
        await askNext();
        if (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    } finally {
      isAsking = false;
    }
  }

  // No more than what waits at the call: others may go on asking without an end.
  async function settled(): Promise<void> {
    // What is under way waits again if it fails.
    await last.catch(() => {});
    for (let left = waiting.size; left > 0; left -= askedMax) await askNext();
  }

  function askNext(): Promise<void> {
    last = last.catch(() => {}).then(askSome);
    return last;
  }

  async function askSome(): Promise<void> {
    const asked = new Map([...waiting].slice(0, askedMax));
    for (const id of asked.keys()) waiting.delete(id);
    try {
      await askStore(asked);
    } catch (error) {
      for (const [id, left] of asked) waiting.set(id, [...left, ...(waiting.get(id) ?? [])]);
      throw error;
    }
  }

  async function askStore(asked: ReadonlyMap<string, string[]>): Promise<void> {
    const conversation_ids = [...asked.keys()];
    const feeds = [...feedsOf.values()].flatMap((feedsOfUser) => [...feedsOfUser]);
    for (const feed of feeds.filter(({ isReady }) => !isReady)) {
      for (const [id, left] of asked) feed.postpone(id, left.includes(feed.userId));
    }
    const ready = new Set(feeds.filter(({ isReady }) => isReady));
    // What waited may have been asked meanwhile, with something before it.
    if (ready.size === 0 || asked.size === 0) return;
    const user_ids = [...new Set([...ready].map(({ userId }) => userId))];
    const askedIn = round;
    const members = await store.members.among({ conversation_ids, user_ids });
    const heads = await store.conversations.heads({ conversation_ids });
    const membersOf = Map.groupBy(members, ({ conversation_id }) => conversation_id);
    for (const head of heads) {
      const { conversation_id } = head;
      if (round !== askedIn) return;
      const left = asked.get(conversation_id) ?? [];
      const question = { head, members: membersOf.get(conversation_id) ?? [], asked: ready, left };
      const settle = await onAnswer(question);
      if (round === askedIn) settle();
    }
  }

  return {
    ask,
    settled,
    forget() {
      waiting.clear();
      round++;
    },
  };
}

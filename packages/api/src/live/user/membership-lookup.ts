import type { ChatStore, ConversationHead, Membership } from "@chatnest/db";
import type { UserFeed } from "./user-feed.ts";

/** A question about one conversation, with the answer of the store. */
export interface Question {
  head: ConversationHead;
  /** Which of the connected users are members. */
  members: readonly Membership[];
  /** The feeds that the answer covers. */
  asked: ReadonlySet<UserFeed>;
  /** The users with a `left` event. */
  left: readonly string[];
}

/** What a lookup needs. */
export interface MembershipLookupParts {
  feedsOf: ReadonlyMap<string, ReadonlySet<UserFeed>>;
  /** Reads what else an answer needs. The returned function applies the answer, unless it was forgotten meanwhile. */
  onAnswer(question: Question): Promise<() => void>;
}

/** Reads the members and heads of many conversations at once. */
export interface MembershipLookup {
  /** Asks about a conversation soon. `leftBy` is the user of a `left` event. */
  ask(conversationId: string, leftBy?: string): void;
  /**
   * Resolves once all questions asked so far are answered.
   * @throws StoreError `unavailable`, `closed`. The questions are asked again later.
   */
  settled(): Promise<void>;
  /** Drops all questions. */
  forget(): void;
}

/** How many conversations one question covers at most. */
const askedMax = 250;
/** The pause between two questions, in ms, so that they cover more conversations. */
const pauseMs = 10;

/** A conversation to ask about, and the users with a `left` event. */
type Asked = [conversationId: string, left: readonly string[]];

/** Creates a lookup. One question is in progress at a time, and each starts after the events that led to it. */
export function createMembershipLookup(
  store: ChatStore,
  { feedsOf, onAnswer }: MembershipLookupParts,
): MembershipLookup {
  const waiting = new Map<string, readonly string[]>();
  /** Conversations whose own question failed. Only the next check asks again, one at a time, so that others are not delayed. */
  const failed = new Map<string, readonly string[]>();
  let failure: unknown;
  let isAsking = false;
  /** The last question; the next one waits for it. */
  let last: Promise<void> = Promise.resolve();
  /** Incremented when the questions are dropped: answers to older ones are ignored. */
  let round = 0;

  function ask(conversationId: string, leftBy?: string): void {
    const left = leftBy === undefined ? [] : [leftBy];
    add(failed.has(conversationId) ? failed : waiting, [[conversationId, left]]);
    if (isAsking || waiting.size === 0) return;
    isAsking = true;
    // The next check asks again what fails now.
    setImmediate(() => askAll().catch(() => {}));
  }

  async function askAll(): Promise<void> {
    try {
      while (waiting.size > 0) {
        await askNext(takeWaiting);
        if (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    } finally {
      isAsking = false;
    }
  }

  // Only what waits at the time of the call: further questions may never end.
  async function settled(): Promise<void> {
    // If the current question fails, its conversations wait again.
    await last.catch(() => {});
    const failedBefore = [...failed.keys()];
    for (let left = waiting.size; left > 0; left -= askedMax) await askNext(takeWaiting);
    for (const id of failedBefore) {
      await askNext(() => takeFailed(id));
      // Failing may take long. The next check continues with the others, before this one.
      if (failed.has(id)) break;
    }
    if (failed.size > 0) throw failure;
  }

  function askNext(take: () => Asked[]): Promise<void> {
    last = last.catch(() => {}).then(() => askInHalves(take()));
    return last;
  }

  function takeWaiting(): Asked[] {
    const taken = [...waiting].slice(0, askedMax);
    for (const [id] of taken) waiting.delete(id);
    return taken;
  }

  function takeFailed(id: string): Asked[] {
    const left = failed.get(id);
    failed.delete(id);
    return left ? [[id, left]] : [];
  }

  /**
   * Asks about conversations. If that fails although the store answers otherwise, it asks about each half, until it has found the
   * conversations that cause the failure.
   * @throws StoreError when the store is unavailable. All that is unanswered then waits again.
   */
  async function askInHalves(asked: Asked[]): Promise<void> {
    const askedIn = round;
    const parts = [asked];
    for (let part = parts.shift(); part && round === askedIn; part = parts.shift()) {
      try {
        await askStore(new Map(part));
      } catch (error) {
        const isAway = !(await isAnswering());
        if (round !== askedIn) return;
        if (isAway) {
          add(waiting, [part, ...parts].flat());
          throw error;
        }
        failure = error;
        const middle = Math.ceil(part.length / 2);
        if (part.length === 1) add(failed, part);
        else parts.push(part.slice(0, middle), part.slice(middle));
      }
    }
  }

  function isAnswering(): Promise<boolean> {
    return store.epoch().then(
      () => true,
      () => false,
    );
  }

  async function askStore(asked: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const conversation_ids = [...asked.keys()];
    const feeds = [...feedsOf.values()].flatMap((feedsOfUser) => [...feedsOfUser]);
    for (const feed of feeds.filter(({ isReady }) => !isReady)) {
      for (const [id, left] of asked) feed.postpone(id, left.includes(feed.userId));
    }
    const ready = new Set(feeds.filter(({ isReady }) => isReady));
    // An earlier question may have covered it already.
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
      failed.clear();
      round++;
    },
  };
}

/** Adds conversations to those to ask about. */
function add(to: Map<string, readonly string[]>, asked: readonly Asked[]): void {
  for (const [id, left] of asked) to.set(id, [...left, ...(to.get(id) ?? [])]);
}

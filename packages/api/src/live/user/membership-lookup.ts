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

/** A conversation to ask about, and the users who were heard to have left it. */
type Asked = [conversationId: string, left: readonly string[]];

/** Makes a lookup; one question is under way at a time, and each is asked after what led to it. */
export function createMembershipLookup(
  store: ChatStore,
  { feedsOf, onAnswer }: MembershipLookupParts,
): MembershipLookup {
  const waiting = new Map<string, readonly string[]>();
  /** What failed alone. It is asked again by itself, and with the next check only, so that it holds up no others. */
  const failed = new Map<string, readonly string[]>();
  let failure: unknown;
  let isAsking = false;
  /** The question that was asked last; the next waits for it. */
  let last: Promise<void> = Promise.resolve();
  /** Grows when what was asked is forgotten: an answer to it says nothing any more. */
  let round = 0;

  function ask(conversationId: string, leftBy?: string): void {
    const left = leftBy === undefined ? [] : [leftBy];
    add(failed.has(conversationId) ? failed : waiting, [[conversationId, left]]);
    if (isAsking || waiting.size === 0) return;
    isAsking = true;
    // What is not answered now is asked again by the next check.
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

  // No more than what waits at the call: others may go on asking without an end.
  async function settled(): Promise<void> {
    // What is under way waits again if it fails.
    await last.catch(() => {});
    const failedBefore = [...failed.keys()];
    for (let left = waiting.size; left > 0; left -= askedMax) await askNext(takeWaiting);
    for (const id of failedBefore) {
      await askNext(() => takeFailed(id));
      // Each may take long to fail: the others have their turn at the next check, before this one.
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
   * Asks about conversations. Where that fails, though the store answers otherwise, both halves of them are asked about, until
   * those are found that fail alone.
   * @throws StoreError when the store is away; then all that is not answered waits again.
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
      failed.clear();
      round++;
    },
  };
}

/** Adds conversations to those that are to be asked about. */
function add(to: Map<string, readonly string[]>, asked: readonly Asked[]): void {
  for (const [id, left] of asked) to.set(id, [...left, ...(to.get(id) ?? [])]);
}

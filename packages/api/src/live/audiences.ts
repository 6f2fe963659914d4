import {
  type ChatStore,
  type ConversationHead,
  conversationStream,
  type Membership,
  type StoreEvent,
} from "@chatnest/db";
import type { Followed, Hub } from "./hub.ts";
import type { LogTail } from "./log-tail.ts";
import type { UserFeed } from "./user-feed.ts";

/** Those of the connected users who are in one conversation; kept while something is said there. */
interface Audience {
  followed: Followed;
  /** Each with when it began to hear, by `performance.now()`. */
  feeds: Map<UserFeed, number>;
  /** When something was last heard of, by `performance.now()`. */
  wokenAt: number;
}

/** A conversation that was silent for so long may be dropped, once the store too says that it is quiet, in ms. */
const keptForMs = 60_000;
/** After a pause of so long the store is asked again who hears it: who came back may not have been told of it, in ms. */
const askedAgainAfterMs = 30_000;

/** Brings to each connected user what is said in any of their conversations. */
export interface Audiences {
  /** Adds a user's feed: from here on it misses nothing. Answers with how to remove it. */
  connect(feed: UserFeed): () => void;
  /** Lets a feed begin right behind the place that its user was told; of a quiet conversation nothing is kept. */
  begin(feed: UserFeed, head: ConversationHead): void;
  tailOf(conversationId: string): LogTail | undefined;
}

/**
 * Makes the audiences of a process. What is kept is in proportion to the connected users and to the conversations that woke,
 * never to the quiet ones: when one wakes, the store says which connected users are in it and where it ended before.
 */
export function createAudiences(store: ChatStore, hub: Hub): Audiences {
  const feedsOf = new Map<string, Set<UserFeed>>();
  const audiences = new Map<string, Audience>();
  const gathering = new Set<string>();
  /** What is told of memberships, so that it is told in the order in which it was heard. */
  const turns = new WeakMap<UserFeed, Promise<void>>();

  hub.onEvent(hear);
  hub.onCheck(check);

  function hear(event: StoreEvent): void {
    if (event.kind === "missed") loseAll();
    if (feedsOf.size === 0) return;
    switch (event.kind) {
      case "message":
        if (event.message.conversation_id !== null) wake(event.message.conversation_id);
        return;
      case "joined":
        for (const feed of feedsOf.get(event.user_id) ?? []) join(feed, event.conversation_id);
        return;
      case "left":
        for (const feed of feedsOf.get(event.user_id) ?? []) leave(feed, event.conversation_id);
    }
  }

  // The logs too may be of another history from here on, so nothing of them is kept.
  function loseAll(): void {
    for (const feeds of feedsOf.values()) for (const feed of feeds) feed.lose();
    for (const { followed } of audiences.values()) followed.release();
    audiences.clear();
    gathering.clear();
  }

  /** Readies the audience of a conversation in which something was said. */
  function wake(conversationId: string): Audience {
    const known = audiences.get(conversationId);
    if (known) return known;
    const followed = hub.follow(conversationStream(conversationId));
    const audience: Audience = { followed, feeds: new Map(), wokenAt: performance.now() };
    audiences.set(conversationId, audience);
    listen(conversationId, audience);
    askFor(conversationId);
    return audience;
  }

  function askFor(conversationId: string): void {
    if (gathering.size === 0) setImmediate(() => void gatherAll());
    gathering.add(conversationId);
  }

  function listen(conversationId: string, audience: Audience): void {
    audience.followed.tail.onMore(() => {
      if (audiences.get(conversationId) !== audience) return;
      const now = performance.now();
      if (now - audience.wokenAt > askedAgainAfterMs) askFor(conversationId);
      audience.wokenAt = now;
      for (const feed of audience.feeds.keys()) feed.wake(conversationId);
      listen(conversationId, audience);
    });
  }

  /** Asks the store who hears what woke, for all that woke in one turn. */
  async function gatherAll(): Promise<void> {
    const ids = [...gathering];
    gathering.clear();
    try {
      if (ids.length > 0) await gather(ids);
    } catch {
      // What fails now is done by the next check.
      for (const id of ids) gathering.add(id);
    }
  }

  async function gather(ids: readonly string[]): Promise<void> {
    const askedAt = performance.now();
    const heads = await store.conversations.heads({ conversation_ids: ids });
    const quietSeqs = new Map(heads.map((head) => [head.conversation_id, head.quiet_seq]));
    const members = await store.conversations.memberships(
      ids.flatMap((conversation_id) =>
        [...feedsOf.keys()].map((user_id) => ({ conversation_id, user_id })),
      ),
    );
    for (const { conversation_id, user_id } of members) {
      for (const feed of feedsOf.get(user_id) ?? []) {
        // Who came later was told by the heads, and perhaps of a later place.
        if (feed.connectedAt > askedAt) continue;
        const quietSeq = quietSeqs.get(conversation_id) ?? 0;
        if (feed.begin(conversation_id, quietSeq)) listenIn(feed, conversation_id);
      }
    }
  }

  function listenIn(feed: UserFeed, conversationId: string): void {
    const feeds = audiences.get(conversationId)?.feeds;
    if (!feeds?.has(feed)) feeds?.set(feed, performance.now());
    feed.wake(conversationId);
  }

  function join(feed: UserFeed, conversationId: string): void {
    if (!feed.expect(conversationId)) return;
    inTurn(feed, conversationId, (last_seq) => {
      if (!isConnected(feed) || !feed.isExpecting(conversationId)) return;
      // The heads may have told a later place meanwhile.
      const place = feed.skipTo(conversationId, last_seq);
      feed.tell({ kind: "joined", conversation_id: conversationId, last_seq: place });
      listenIn(feed, conversationId);
    });
  }

  function leave(feed: UserFeed, conversationId: string): void {
    audiences.get(conversationId)?.feeds.delete(feed);
    if (!feed.leave(conversationId)) return;
    inTurn(feed, conversationId, (last_seq) => {
      // The heads may have begun it again: what they told is behind this.
      if (feed.hasLeft(conversationId)) feed.forget(conversationId);
      feed.tell({ kind: "left", conversation_id: conversationId, last_seq });
    });
  }

  /** Reads where a conversation ends and goes on with it; of one feed, in the order in which this was called. */
  function inTurn(feed: UserFeed, conversationId: string, goOn: (last_seq: number) => void): void {
    const reading = endOf(conversationId);
    const before = turns.get(feed) ?? Promise.resolve();
    turns.set(
      feed,
      before.then(async () => goOn(await reading)),
    );
  }

  // Where the store is away, the place is not told right, and nothing depends on it.
  function endOf(conversationId: string): Promise<number> {
    return store.messages.lastSeq(conversationStream(conversationId)).catch(() => 0);
  }

  function isConnected(feed: UserFeed): boolean {
    return feedsOf.get(feed.userId)?.has(feed) ?? false;
  }

  /** Wakes what woke unheard, lets go of those who are no members any more, and of what fell quiet. */
  async function check(): Promise<void> {
    const startedAt = performance.now();
    await gatherAll();
    const active = feedsOf.size > 0 ? await store.conversations.heads("active") : [];
    for (const { conversation_id, last_seq } of active) {
      wake(conversation_id).followed.tail.learn(last_seq);
    }
    const listening = [...audiences].flatMap(([conversation_id, { feeds }]) =>
      [...feeds.keys()].map((feed) => ({ conversation_id, feed })),
    );
    const askedAt = performance.now();
    const held = await store.conversations.memberships(
      listening.map(({ conversation_id, feed }) => ({ conversation_id, user_id: feed.userId })),
    );
    const keys = new Set(held.map(toKey));
    for (const { conversation_id, feed } of listening) {
      const isMember = keys.has(toKey({ conversation_id, user_id: feed.userId }));
      const heardSince = audiences.get(conversation_id)?.feeds.get(feed) ?? Infinity;
      // Who joined again meanwhile is one now.
      if (!isMember && heardSince < askedAt) leave(feed, conversation_id);
    }
    const isActive = new Set(active.map(({ conversation_id }) => conversation_id));
    for (const [id, audience] of audiences) {
      const isQuiet = !isActive.has(id) && audience.wokenAt < startedAt - keptForMs;
      if (isQuiet) drop(id, audience);
    }
  }

  // Not while something is left to send: the places of its feeds go with it.
  function drop(conversationId: string, audience: Audience): void {
    for (const feed of audience.feeds.keys()) if (feed.isAwake(conversationId)) return;
    audiences.delete(conversationId);
    audience.followed.release();
    for (const feed of audience.feeds.keys()) feed.forget(conversationId);
  }

  return {
    connect(feed) {
      const feeds = feedsOf.get(feed.userId) ?? new Set();
      feedsOf.set(feed.userId, feeds.add(feed));
      return () => {
        feeds.delete(feed);
        if (feeds.size === 0 && feedsOf.get(feed.userId) === feeds) feedsOf.delete(feed.userId);
        for (const id of feed.conversations()) audiences.get(id)?.feeds.delete(feed);
      };
    },
    begin(feed, { conversation_id, last_seq, is_active }) {
      if (!is_active && !audiences.has(conversation_id)) return;
      feed.skipTo(conversation_id, last_seq);
      listenIn(feed, conversation_id);
    },
    tailOf: (conversationId) => audiences.get(conversationId)?.followed.tail,
  };
}

function toKey({ conversation_id, user_id }: Membership): string {
  return `${user_id}\n${conversation_id}`;
}

import {
  type ChatStore,
  type ConversationHead,
  callInSlices,
  conversationStream,
  type Membership,
  type StoreEvent,
} from "@chatnest/db";
import { type CheckCounts, type Followed, type Hub, unheardMaxMs } from "../hub.ts";
import { type LogTail, wokenAtOnce } from "../log-tail.ts";
import { findJoinedSeq } from "./joined-seq.ts";
import { createMembershipLookup, type Question } from "./membership-lookup.ts";
import { clocksDifferByMs, type UserFeed } from "./user-feed.ts";

/** The connected members of one conversation, kept while it is active. */
interface Followers {
  followed: Followed;
  feeds: Set<UserFeed>;
  /** When it last had a new entry, by `performance.now()`. */
  wokenAt: number;
}

/** A membership, and the head of the conversation when it began. */
interface Joined extends Membership {
  headBefore: number;
}

/** After how long without a new entry a conversation is dropped, if the store calls it quiet, in ms. */
const keptForMs = 60_000;
/** After how long a pause the members are looked up again, in ms: users may have connected meanwhile. */
const askedAgainAfterMs = 30_000;
/** For how many users one call of the store reads changes. */
const changesSize = 100;

/** Delivers to each connected user the entries of all their conversations. */
export interface ConversationFollowers {
  /** Adds a feed; returns a function that removes it. */
  connect(feed: UserFeed): () => void;
  /** Starts a connected feed after the given heads. From here on it misses nothing. */
  begin(feed: UserFeed, heads: readonly ConversationHead[]): void;
  /** Returns the tail of a conversation that is kept. */
  tailOf(conversationId: string): LogTail | undefined;
}

/**
 * Creates the followers of a process. It needs memory for the connected users and the conversations that woke, not for quiet
 * ones. An event only leads to a question: which of the connected users are members of its conversation, and what is its head?
 * What is sent depends on the answer alone, so events may be late, doubled or lost.
 */
export function createConversationFollowers(store: ChatStore, hub: Hub): ConversationFollowers {
  const feedsOf = new Map<string, Set<UserFeed>>();
  const followersOf = new Map<string, Followers>();
  /** How often all was lost: what was read of the logs before says nothing any more. */
  let losses = 0;
  const lookup = createMembershipLookup(store, { feedsOf, onAnswer });

  hub.onEvent(hear);
  hub.onCheck(check);

  function hear(event: StoreEvent): void {
    if (event.kind === "missed") loseAll();
    else if (event.kind === "entry") {
      const { conversation_id } = event.entry;
      if (conversation_id !== null && feedsOf.size > 0) wake(conversation_id);
    } else if ("user_id" in event && event.kind !== "read" && feedsOf.has(event.user_id)) {
      lookup.ask(event.conversation_id, event.kind === "left" ? event.user_id : undefined);
    }
  }

  // The logs may belong to another history now, so nothing of them is kept.
  function loseAll(): void {
    losses++;
    for (const feeds of feedsOf.values()) for (const feed of feeds) feed.lose();
    for (const { followed } of followersOf.values()) followed.release();
    followersOf.clear();
    lookup.forget();
  }

  /** Prepares the followers of a conversation that has a new entry. */
  function wake(conversationId: string): Followers {
    const known = followersOf.get(conversationId);
    if (known) return known;
    const followed = hub.follow(conversationStream(conversationId));
    const followers: Followers = { followed, feeds: new Set(), wokenAt: performance.now() };
    followersOf.set(conversationId, followers);
    listen(conversationId, followers);
    lookup.ask(conversationId);
    return followers;
  }

  function listen(conversationId: string, followers: Followers): void {
    const wakeAll = () => {
      if (followersOf.get(conversationId) !== followers) return;
      const now = performance.now();
      if (now - followers.wokenAt > askedAgainAfterMs) lookup.ask(conversationId);
      followers.wokenAt = now;
      const calls = [...followers.feeds].map((feed) => () => {
        if (followers.feeds.has(feed)) feed.wake(conversationId);
      });
      void callInSlices(calls, wokenAtOnce);
      listen(conversationId, followers);
    };
    followers.followed.tail.onMore(wakeAll, () => followers.feeds.size);
  }

  async function onAnswer(question: Question): Promise<() => void> {
    const { head, members, asked } = question;
    /** The head when a user joined, by the time of joining in ms since 1970, for the joinings not announced yet. */
    const headsBefore = new Map<number, number>();
    for (const member of members) {
      const feeds = [...(feedsOf.get(member.user_id) ?? [])];
      const isNews = feeds.some((feed) => asked.has(feed) && !feed.knows(member));
      const joinedAt = member.joined_at.getTime();
      if (isNews && !headsBefore.has(joinedAt)) {
        headsBefore.set(joinedAt, await readHeadBefore(head, member));
      }
    }
    return () => settle(question, headsBefore);
  }

  // A message sent right after the joining has to be delivered. Usually the tail shows where the joining is in the log.
  async function readHeadBefore(
    head: ConversationHead,
    { joined_at }: Membership,
  ): Promise<number> {
    const { conversation_id, last_seq, quiet_seq } = head;
    const tail = followersOf.get(conversation_id)?.followed.tail;
    const isHeard = last_seq <= (tail?.head ?? 0);
    const kept = isHeard ? tail?.headBefore(joined_at) : undefined;
    if (kept !== undefined || last_seq <= quiet_seq) return kept ?? last_seq;
    return findJoinedSeq(store, head, joined_at);
  }

  /** Applies an answer of the store: who follows the conversation, and what is announced to them. */
  function settle(
    { head, members, asked, left }: Question,
    headsBefore: ReadonlyMap<number, number>,
  ): void {
    const userIds = new Set(members.map(({ user_id }) => user_id));
    const hearing = followersOf.get(head.conversation_id)?.feeds ?? [];
    for (const feed of [...hearing, ...left.flatMap((id) => [...(feedsOf.get(id) ?? [])])]) {
      if (asked.has(feed) && !userIds.has(feed.userId)) leave(feed, head);
    }
    for (const member of members) {
      for (const feed of feedsOf.get(member.user_id) ?? []) {
        if (!asked.has(feed)) continue;
        const headBefore = headsBefore.get(member.joined_at.getTime()) ?? head.last_seq;
        join(feed, head, { ...member, headBefore });
      }
    }
  }

  function leave(feed: UserFeed, { conversation_id, last_seq }: ConversationHead): void {
    followersOf.get(conversation_id)?.feeds.delete(feed);
    if (feed.leave(conversation_id)) feed.announce({ kind: "left", conversation_id, last_seq });
  }

  function join(feed: UserFeed, head: ConversationHead, member: Joined): void {
    const { conversation_id, quiet_seq } = head;
    const isKnown = feed.knows(member);
    const placeLeft = feed.placeLeft(conversation_id);
    feed.learn(member);
    // A user who left and joined again unnoticed just continues.
    if (feed.placeIn(conversation_id) !== undefined) return;
    // After a long silence, a quiet conversation may have become active and quiet again, unseen.
    if (performance.now() - feed.heardSince(hub.checkedAt) > unheardMaxMs) {
      feed.lose();
      return;
    }
    // At least `placeLeft`: nothing is sent twice.
    const place = isKnown ? quiet_seq : Math.max(member.headBefore, quiet_seq, placeLeft);
    if (!isKnown) feed.announce({ kind: "joined", conversation_id, last_seq: place });
    hold(feed, head, place);
  }

  /** Holds a place of a feed. In a quiet conversation none is needed: the place is the head. */
  function hold(feed: UserFeed, head: ConversationHead, seq: number): void {
    const { conversation_id, last_seq, is_active } = head;
    if (!is_active && !followersOf.has(conversation_id)) return;
    const { followed, feeds } = wake(conversation_id);
    followed.tail.learn(last_seq);
    feed.hold(conversation_id, seq);
    feeds.add(feed);
    if ((followed.tail.head ?? 0) > seq) feed.wake(conversation_id);
  }

  /** Wakes conversations whose events were lost, looks up all members again, and drops quiet conversations. */
  async function check(): Promise<CheckCounts> {
    const startedAt = performance.now();
    if (store.watchState() !== "live") await hearChanges();
    const lossesBefore = losses;
    const active = feedsOf.size > 0 ? await store.conversations.heads("active") : [];
    if (losses !== lossesBefore) return {};
    for (const { conversation_id, last_seq } of active) {
      wake(conversation_id).followed.tail.learn(last_seq);
    }
    const conversations = followersOf.size;
    for (const conversationId of followersOf.keys()) lookup.ask(conversationId);
    await lookup.settled();
    const isActive = new Set(active.map(({ conversation_id }) => conversation_id));
    for (const [id, followers] of followersOf) {
      const isQuiet = !isActive.has(id) && followers.wokenAt < startedAt - keptForMs;
      if (isQuiet) drop(id, followers);
    }
    return { conversations };
  }

  // Finds memberships that other processes changed, when their events are late or do not arrive.
  async function hearChanges(): Promise<void> {
    const unheardMs = performance.now() - hub.checkedAt;
    const since = new Date(Date.now() - unheardMs - clocksDifferByMs);
    const userIds = [...feedsOf.keys()];
    for (let start = 0; start < userIds.length; start += changesSize) {
      const user_ids = userIds.slice(start, start + changesSize);
      for (const change of await store.members.changes({ user_ids, since })) hear(change);
    }
  }

  // Not while a feed has entries to send: without a place it later continues at the head.
  function drop(conversationId: string, { followed, feeds }: Followers): void {
    const { head } = followed.tail;
    for (const feed of feeds) if (feed.placeIn(conversationId) !== head) return;
    followersOf.delete(conversationId);
    followed.release();
    for (const feed of feeds) feed.release(conversationId);
  }

  return {
    connect(feed) {
      const feeds = feedsOf.get(feed.userId) ?? new Set();
      feedsOf.set(feed.userId, feeds.add(feed));
      return () => {
        feeds.delete(feed);
        if (feeds.size === 0 && feedsOf.get(feed.userId) === feeds) feedsOf.delete(feed.userId);
        for (const id of feed.conversations()) followersOf.get(id)?.feeds.delete(feed);
      };
    },
    begin(feed, heads) {
      for (const head of heads) {
        const { conversation_id, last_seq, joined_at } = head;
        if (joined_at) feed.learn({ conversation_id, joined_at });
        hold(feed, head, last_seq);
      }
      feed.begin();
      for (const [id, mayHaveLeft] of feed.postponed) {
        lookup.ask(id, mayHaveLeft ? feed.userId : undefined);
      }
      feed.postponed.clear();
    },
    tailOf: (conversationId) => followersOf.get(conversationId)?.followed.tail,
  };
}

import {
  type ChatStore,
  type ConversationHead,
  conversationStream,
  type Membership,
  type StoreEvent,
} from "@chatnest/db";
import { type Followed, type Hub, unheardMaxMs } from "../hub.ts";
import type { LogTail } from "../log-tail.ts";
import { findJoinedSeq } from "./joined-seq.ts";
import { createMembershipLookup, type Question } from "./membership-lookup.ts";
import { clocksDifferByMs, type UserFeed } from "./user-feed.ts";

/** Those of the connected users who are in one conversation; kept while something is said there. */
interface Followers {
  followed: Followed;
  feeds: Set<UserFeed>;
  /** When something was last heard of, by `performance.now()`. */
  wokenAt: number;
}

/** A membership, and where the conversation ended when it began. */
interface Joined extends Membership {
  end: number;
}

/** A conversation that was silent for so long may be dropped, once the store too says that it is quiet, in ms. */
const keptForMs = 60_000;
/** After a pause of so long the store is asked again who hears it: who came back may not have been told of it, in ms. */
const askedAgainAfterMs = 30_000;
/** The changes of so many users are asked for by one call. */
const changesSize = 100;

/** Brings to each connected user what is said in any of their conversations. */
export interface ConversationFollowers {
  /** Adds a user's feed; answers with how to remove it. */
  connect(feed: UserFeed): () => void;
  /** Lets a connected feed begin right behind the places that its user is told: from here on it misses nothing. */
  begin(feed: UserFeed, heads: readonly ConversationHead[]): void;
  tailOf(conversationId: string): LogTail | undefined;
}

/**
 * Makes the followersOf of a process. What is kept is in proportion to the connected users and to the conversations that woke,
 * never to the quiet ones. Whatever happens in a conversation only leads to the question who of the connected users is in
 * it, and where it ends; what a user is told follows from the answer alone, so events may be late, doubled or lost.
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
    } else if (feedsOf.has(event.user_id)) {
      lookup.ask(event.conversation_id, event.kind === "left" ? event.user_id : undefined);
    }
  }

  // The logs too may be of another history from here on, so nothing of them is kept.
  function loseAll(): void {
    losses++;
    for (const feeds of feedsOf.values()) for (const feed of feeds) feed.lose();
    for (const { followed } of followersOf.values()) followed.release();
    followersOf.clear();
    lookup.forget();
  }

  /** Readies the followers of a conversation in which something was said. */
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
    followers.followed.tail.onMore(() => {
      if (followersOf.get(conversationId) !== followers) return;
      const now = performance.now();
      if (now - followers.wokenAt > askedAgainAfterMs) lookup.ask(conversationId);
      followers.wokenAt = now;
      for (const feed of followers.feeds) feed.wake(conversationId);
      listen(conversationId, followers);
    });
  }

  async function onAnswer(question: Question): Promise<() => void> {
    const { head, members, asked } = question;
    /** Where the conversation ended when those joined who are not told of it yet. */
    const ends = new Map<number, number>();
    for (const member of members) {
      const feeds = [...(feedsOf.get(member.user_id) ?? [])];
      const isNews = feeds.some((feed) => asked.has(feed) && !feed.knows(member));
      const joinedAt = member.joined_at.getTime();
      if (isNews && !ends.has(joinedAt)) ends.set(joinedAt, await endBefore(head, member));
    }
    return () => settle(question, ends);
  }

  // Whoever joins and is written to at once is sent that; mostly what this process heard tells where it begins.
  async function endBefore(head: ConversationHead, { joined_at }: Membership): Promise<number> {
    const { conversation_id, last_seq, quiet_seq } = head;
    const tail = followersOf.get(conversation_id)?.followed.tail;
    const isHeard = last_seq <= (tail?.head ?? 0);
    const end = isHeard ? tail?.endBefore(joined_at) : undefined;
    if (end !== undefined || last_seq <= quiet_seq) return end ?? last_seq;
    return findJoinedSeq(store, head, joined_at);
  }

  /** Settles who hears a conversation, and what they are told of it, by what the store answered. */
  function settle(
    { head, members, asked, left }: Question,
    ends: ReadonlyMap<number, number>,
  ): void {
    const userIds = new Set(members.map(({ user_id }) => user_id));
    const hearing = followersOf.get(head.conversation_id)?.feeds ?? [];
    for (const feed of [...hearing, ...left.flatMap((id) => [...(feedsOf.get(id) ?? [])])]) {
      if (asked.has(feed) && !userIds.has(feed.userId)) leave(feed, head);
    }
    for (const member of members) {
      for (const feed of feedsOf.get(member.user_id) ?? []) {
        if (!asked.has(feed)) continue;
        const end = ends.get(member.joined_at.getTime()) ?? head.last_seq;
        join(feed, head, { ...member, end });
      }
    }
  }

  function leave(feed: UserFeed, { conversation_id, last_seq }: ConversationHead): void {
    followersOf.get(conversation_id)?.feeds.delete(feed);
    if (feed.leave(conversation_id)) feed.tell({ kind: "left", conversation_id, last_seq });
  }

  function join(feed: UserFeed, head: ConversationHead, member: Joined): void {
    const { conversation_id, quiet_seq } = head;
    const isKnown = feed.knows(member);
    const placeLeft = feed.placeLeft(conversation_id);
    feed.learn(member);
    // Who left and joined again without anybody noticing just goes on.
    if (feed.placeIn(conversation_id) !== undefined) return;
    // Where nothing was heard for long, what was quiet may have woken and fallen quiet again.
    if (performance.now() - feed.heardSince(hub.checkedAt) > unheardMaxMs) {
      feed.lose();
      return;
    }
    // What was sent before is not sent again.
    const place = isKnown ? quiet_seq : Math.max(member.end, quiet_seq, placeLeft);
    if (!isKnown) feed.tell({ kind: "joined", conversation_id, last_seq: place });
    hold(feed, head, place);
  }

  /** Holds a place of a feed; in a quiet conversation there is no need to, it ends there. */
  function hold(feed: UserFeed, head: ConversationHead, seq: number): void {
    const { conversation_id, last_seq, is_active } = head;
    if (!is_active && !followersOf.has(conversation_id)) return;
    const { followed, feeds } = wake(conversation_id);
    followed.tail.learn(last_seq);
    feed.hold(conversation_id, seq);
    feeds.add(feed);
    if ((followed.tail.head ?? 0) > seq) feed.wake(conversation_id);
  }

  /** Wakes what woke unheard, asks again who is where, and lets go of what fell quiet. */
  async function check(): Promise<void> {
    const startedAt = performance.now();
    if (store.watchState() !== "live") await hearChanges();
    const lossesBefore = losses;
    const active = feedsOf.size > 0 ? await store.conversations.heads("active") : [];
    if (losses !== lossesBefore) return;
    for (const { conversation_id, last_seq } of active) {
      wake(conversation_id).followed.tail.learn(last_seq);
    }
    for (const conversationId of followersOf.keys()) lookup.ask(conversationId);
    await lookup.settled();
    const isActive = new Set(active.map(({ conversation_id }) => conversation_id));
    for (const [id, followers] of followersOf) {
      const isQuiet = !isActive.has(id) && followers.wokenAt < startedAt - keptForMs;
      if (isQuiet) drop(id, followers);
    }
  }

  // Where a joining or leaving by another process is not heard of at once, or not at all.
  async function hearChanges(): Promise<void> {
    const unheardMs = performance.now() - hub.checkedAt;
    const since = new Date(Date.now() - unheardMs - clocksDifferByMs);
    const userIds = [...feedsOf.keys()];
    for (let start = 0; start < userIds.length; start += changesSize) {
      const user_ids = userIds.slice(start, start + changesSize);
      for (const change of await store.members.changes({ user_ids, since })) hear(change);
    }
  }

  // Not while something is left to send: a feed goes on at the end later, as if it held no place.
  function drop(conversationId: string, { followed, feeds }: Followers): void {
    const end = followed.tail.head;
    for (const feed of feeds) if (feed.placeIn(conversationId) !== end) return;
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

import type { ChatStore, ConversationHead, Entry } from "@chatnest/db";
import { ChatError } from "../../errors.ts";
import type { Hub } from "../hub.ts";
import { type Position, toPosition } from "../position.ts";
import { endAs } from "../until-expiry.ts";
import { createWait } from "../wait.ts";
import type { ConversationFollowers } from "./conversation-followers.ts";
import { findJoinedSeq } from "./joined-seq.ts";
import { clocksDifferByMs, type MembershipNews, UserFeed } from "./user-feed.ts";

/** Whose conversations to follow, and from when. */
export interface FollowUserInput {
  user_id: string;
  /** A watermark that an earlier following gave; `unreadable` is one that nobody can tell. */
  since?: Position | "unreadable";
}

/** Where a conversation ends. */
export interface Place {
  conversation_id: string;
  last_seq: number;
  /** What is behind it was said since the user joined; told of what was joined since the watermark. */
  joined_seq?: number;
}

/** What a follower of a user gets: where the conversations end, then what happens in them. */
export type UserNews =
  | { kind: "heads"; heads: Place[]; complete: false }
  | { kind: "heads"; heads: Place[]; complete: true; watermark: string }
  /** The watermark is of another epoch: all heads follow. */
  | { kind: "reset" }
  | { kind: "entries"; entries: readonly Entry[] }
  | MembershipNews;

/** What following is made of. */
export interface FollowParts {
  store: ChatStore;
  hub: Hub;
  followers: ConversationFollowers;
}

const headsMax = 500;
/** Where the joining stands is looked up in so many conversations, those that were joined last. */
const joinedMax = 100;
/**
 * Follows all conversations of a user: first where each ends, then every message behind that, in the order of its
 * conversation, and who joined or left. It ends when the signal aborts.
 * @throws ChatError `unavailable` when it cannot go on: come back with the watermark.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function* followUser(
  parts: FollowParts,
  input: FollowUserInput,
  signal: AbortSignal,
): AsyncGenerator<UserNews, void> {
  const { hub, followers } = parts;
  const feed = new UserFeed(input.user_id);
  const disconnect = followers.connect(feed);
  const wait = createWait(signal);
  try {
    const epoch = await hub.epoch();
    yield* tellHeads(parts, { feed, epoch, since: input.since });
    while (!signal.aborted) {
      if (hub.isClosed || feed.isLost || !hub.isCurrent(epoch)) {
        throw new ChatError("unavailable", "this feed cannot go on; come back");
      }
      const news = await feed.take(followers.tailOf);
      if (!news) await wait.until((wake) => feed.onMore(wake));
      else yield "kind" in news ? news : { kind: "entries", entries: news };
    }
    endAs(signal);
  } finally {
    wait.end();
    disconnect();
  }
}

interface HeadsInput {
  feed: UserFeed;
  epoch: string;
  since: FollowUserInput["since"];
}

// A function of its own, so that a feed of many conversations holds none of their heads while it waits.
async function* tellHeads(
  parts: FollowParts,
  { feed, epoch, since }: HeadsInput,
): AsyncGenerator<UserNews, void> {
  const now = Date.now();
  const watermark = toPosition(epoch, now);
  const isReset = since === "unreadable" || (since !== undefined && since.epoch !== epoch);
  if (isReset) yield { kind: "reset" };
  const from = isReset || since === undefined ? undefined : toMoment(Math.min(since.seq, now));
  // Before the heads are read, so that a head is newer, and told before the watermark, which says that all was told.
  if (from) yield* tellLeft(parts, feed, from);
  const places = await begin(parts, feed, from);
  for (let start = 0; start + headsMax < places.length; start += headsMax) {
    yield { kind: "heads", heads: places.slice(start, start + headsMax), complete: false };
  }
  const heads = places.slice(Math.floor(Math.max(places.length - 1, 0) / headsMax) * headsMax);
  yield { kind: "heads", heads, complete: true, watermark };
}

async function* tellLeft(
  { store }: FollowParts,
  feed: UserFeed,
  since: Date,
): AsyncGenerator<MembershipNews, void> {
  const changes = await store.members.changes({ user_ids: [feed.userId], since });
  for (const { kind, conversation_id } of changes) {
    if (kind !== "left") continue;
    feed.leave(conversation_id);
    // Where it ends by now is not for one who left.
    yield { kind: "left", conversation_id, last_seq: 0 };
  }
}

// Clocks and writes in flight may differ by the overlap.
function toMoment(watermark: number): Date {
  return new Date(Math.max(watermark - clocksDifferByMs, 0));
}

/** Lets a feed begin, and returns where: in all conversations, or in those that something happened in since a moment. */
async function begin(
  { store, followers }: FollowParts,
  feed: UserFeed,
  since: Date | undefined,
): Promise<Place[]> {
  const { userId: user_id } = feed;
  const heads = await store.conversations.heads({ user_id, ...(since && { since }) });
  followers.begin(feed, heads);
  return toPlaces(store, heads, since?.getTime());
}

async function toPlaces(
  store: ChatStore,
  heads: readonly ConversationHead[],
  from = Number.POSITIVE_INFINITY,
): Promise<Place[]> {
  const joinedAt = ({ joined_at }: ConversationHead) => joined_at?.getTime() ?? 0;
  const joined = heads
    .filter((head) => joinedAt(head) >= from)
    .toSorted((a, b) => joinedAt(b) - joinedAt(a));
  const joinedSeqs = new Map<string, number>();
  for (const head of joined.slice(0, joinedMax)) {
    const seq = await findJoinedSeq(store, head, new Date(joinedAt(head)));
    joinedSeqs.set(head.conversation_id, seq);
  }
  return heads.map(({ conversation_id, last_seq }) => {
    const joined_seq = joinedSeqs.get(conversation_id);
    return { conversation_id, last_seq, ...(joined_seq !== undefined && { joined_seq }) };
  });
}

import type { ChatStore, ConversationHead, Entry } from "@chatnest/db";
import { ChatError } from "../../errors.ts";
import { publishStoreFailure } from "../../store-failures.ts";
import { publishFollower } from "../diagnostics.ts";
import type { Erasures } from "../erasures.ts";
import type { Hub } from "../hub.ts";
import type { HeadState } from "../inbox/head-state.ts";
import type { InboxNews } from "../inbox/inbox-news.ts";
import type { FollowedInbox, Inboxes } from "../inbox/inboxes.ts";
import { endAs } from "../until-expiry.ts";
import { createWait } from "../wait.ts";
import type { ConversationFollowers } from "./conversation-followers.ts";
import { findJoinedSeq } from "./joined-seq.ts";
import { readSaidPlace, toSaidPlaces } from "./said-places.ts";
import { clocksDifferByMs, type MembershipNews, UserFeed } from "./user-feed.ts";
import { toWatermark, type Watermark } from "./watermark.ts";

/** Whose conversations to follow, and since when. */
export interface FollowUserInput {
  user_id: string;
  /** The watermark that an earlier following sent, in ms since 1970; `unreadable` when the text was not a watermark. */
  since?: Watermark | "unreadable";
  /** For `all`, `last_seq` is the head of a log, else the newest message that is not deleted. Entries of all kinds come anyway. */
  entries?: "all" | undefined;
  /**
   * Whether also to tell what is new to the user, and what it and others have set. Then the heads are those of all conversations,
   * also with `since`.
   */
  inbox?: boolean | undefined;
}

/** The head of a conversation, as a follower gets it; with what is new to the user where it asked for the inbox. */
export interface Place extends Partial<HeadState> {
  conversation_id: string;
  last_seq: number;
  /** Only for conversations joined since the watermark: the entries after it are at least as new as the joining. */
  joined_seq?: number;
}

/** What a follower of a user gets: the heads of the conversations, then what happens in them. */
export type UserNews =
  | { kind: "heads"; heads: Place[]; complete: false }
  | { kind: "heads"; heads: Place[]; complete: true; watermark: string }
  /** The watermark is of another epoch or unreadable: all heads follow. */
  | { kind: "reset" }
  | { kind: "entries"; entries: readonly Entry[]; erasures: Pick<Erasures, "apply"> }
  | MembershipNews
  | InboxNews;

/** What following a user needs. */
export interface FollowParts {
  store: ChatStore;
  hub: Hub;
  followers: ConversationFollowers;
  inboxes: Inboxes;
}

/** How many heads are sent at once. */
const headsMax = 500;
/** For how many conversations the place of the joining is looked up: the latest joined. */
const joinedMax = 100;

/**
 * Follows all conversations of a user: returns their heads, then every entry after those, in the order of each conversation,
 * and the conversations that the user joins or leaves. Ends when the signal aborts.
 * @throws ChatError `unauthorized` when the token has expired, `unavailable` when events may have been missed or the hub closes:
 * the client has to reconnect with its watermark.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function* followUser(
  parts: FollowParts,
  input: FollowUserInput,
  signal: AbortSignal,
): AsyncGenerator<UserNews, void> {
  const { hub, followers, inboxes } = parts;
  const { entries } = input;
  const feed = new UserFeed(input.user_id);
  const disconnect = followers.connect(feed);
  const inbox = input.inbox ? inboxes.connect(feed, entries) : undefined;
  const wait = createWait(signal);
  const publishEnd = publishFollower("user");
  try {
    const epoch = await hub.epoch();
    yield* readHeads(parts, { feed, epoch, since: input.since, entries, inbox });
    if (inbox) yield await inbox.begin();
    while (!signal.aborted) {
      if (hub.isClosed || feed.isLost || !hub.isCurrent(epoch)) {
        throw new ChatError("unavailable", "events may have been missed; reconnect");
      }
      const news = await feed.take(followers.tailOf);
      if (!news) await wait.until((wake) => feed.onMore(wake));
      else if (!("kind" in news)) {
        inbox?.hear(news);
        yield { kind: "entries", entries: news, erasures: hub.erasures };
      } else if (news.kind === "joined" || news.kind === "left") {
        inbox?.hear(news);
        yield entries === "all" ? news : await readSaidPlace(hub, news);
      } else yield news;
    }
    endAs(signal);
  } catch (error) {
    publishStoreFailure(error);
    throw error;
  } finally {
    publishEnd();
    wait.end();
    disconnect();
    inbox?.disconnect();
  }
}

interface HeadsInput {
  feed: UserFeed;
  epoch: string;
  since: FollowUserInput["since"];
  entries: FollowUserInput["entries"];
  inbox: FollowedInbox | undefined;
}

// A separate function, so that a waiting feed does not keep the heads in memory.
async function* readHeads(
  parts: FollowParts,
  { feed, epoch, since, entries, inbox }: HeadsInput,
): AsyncGenerator<UserNews, void> {
  const now = Date.now();
  const watermark = toWatermark({ epoch, atMs: now });
  const isReset = since === "unreadable" || (since !== undefined && since.epoch !== epoch);
  if (isReset) yield { kind: "reset" };
  const from = isReset || since === undefined ? undefined : toMoment(Math.min(since.atMs, now));
  // Read before the heads, so that a head is newer. Sent before the watermark, which says that nothing is missing.
  if (from) yield* readLeft(parts, feed, from);
  const found = await begin(parts, { feed, since: from, isWhole: inbox !== undefined });
  const places = entries === "all" ? found : await toSaidPlaces(parts, found);
  // Read as they are sent, so that a slow reader gets what is true then.
  const toHeads = (some: Place[]) => (inbox && some.length > 0 ? inbox.toHeads(some) : some);
  for (let start = 0; start + headsMax < places.length; start += headsMax) {
    const heads = await toHeads(places.slice(start, start + headsMax));
    yield { kind: "heads", heads, complete: false };
  }
  const last = Math.floor(Math.max(places.length - 1, 0) / headsMax) * headsMax;
  yield { kind: "heads", heads: await toHeads(places.slice(last)), complete: true, watermark };
}

async function* readLeft(
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

// Earlier by the amount that clocks and unfinished writes may differ.
function toMoment(atMs: number): Date {
  return new Date(Math.max(atMs - clocksDifferByMs, 0));
}

interface Beginning {
  feed: UserFeed;
  since: Date | undefined;
  /** Whether the heads of all conversations are read: what was marked or set since a moment is not found in another way. */
  isWhole: boolean;
}

/** Starts a feed and returns its heads: of all conversations, or of those that were active or joined since a moment. */
async function begin(
  { store, followers }: FollowParts,
  { feed, since, isWhole }: Beginning,
): Promise<Place[]> {
  const { userId: user_id } = feed;
  const heads = await store.conversations.heads({
    user_id,
    ...(since && !isWhole && { since }),
  });
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

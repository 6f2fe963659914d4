import type { ChatStore, Entry } from "@chatnest/db";
import { nextTurn } from "../../turn.ts";
import type { Hub } from "../hub.ts";
import type { MembershipNews, UserFeed } from "../user/user-feed.ts";
import { FollowerInbox } from "./follower-inbox.ts";
import { type HeadState, toHeadState } from "./head-state.ts";
import { inParallel } from "./in-parallel.ts";
import type { InboxNews } from "./inbox-news.ts";
import { createRounds } from "./rounds.ts";
import { UserInbox } from "./user-inbox.ts";

/** The inbox as one follower is told of it. */
export interface FollowedInbox {
  /**
   * Adds to heads what the inbox says of their conversations.
   * @throws StoreError `unavailable`, `closed`.
   */
  toHeads<TPlace extends { conversation_id: string }>(
    places: readonly TPlace[],
  ): Promise<(TPlace & Partial<HeadState>)[]>;
  /**
   * Returns the first totals, after the heads. All that changes from here on is told.
   * @throws StoreError `unavailable`, `closed`.
   */
  begin(): Promise<InboxNews>;
  /** Learns what the follower is told next: it may change numbers. */
  hear(news: readonly Entry[] | MembershipNews): void;
  /** Ends the following. */
  disconnect(): void;
}

/** The inboxes that are followed in this process. */
export interface Inboxes {
  /** By user. */
  readonly users: ReadonlyMap<string, UserInbox>;
  /** Follows the inbox of the user of a feed. Who gets `all` entries is told what they change in the totals only. */
  connect(feed: UserFeed, entries: "all" | undefined): FollowedInbox;
  /** Reads again the inboxes where a muting has ended, and all where events may not arrive. */
  check(): void;
}

/** How many users are read in one round, and how many at the same time. */
const [usersMax, readersMax] = [64, 16];

/**
 * Creates the inboxes of a process. An event only says which conversation may have changed for whom. What is told is read from the
 * store, at most once a second a user, for all followers of the user together, and told to each that was not told the same.
 */
export function createInboxes(store: ChatStore, hub: Hub): Inboxes {
  const users = new Map<string, UserInbox>();
  const rounds = createRounds({
    hub,
    size: usersMax,
    read: (userIds) => inParallel(userIds, readersMax, readUser),
  });

  hub.onEvent((event) => {
    // Who leaves and joins again, unnoticed by its followers, has read what is there.
    const user = "user_id" in event ? users.get(event.user_id) : undefined;
    if (user && "user_id" in event) change(user, event.conversation_id);
  });

  function change(user: UserInbox, conversationId: string): void {
    user.changed.add(conversationId);
    rounds.ask(user.userId);
  }

  async function readUser(userId: string): Promise<void> {
    const user = users.get(userId);
    // If this fails, it is tried again a second later.
    const isRead = await user?.read().then(
      () => true,
      () => false,
    );
    if (user && (!isRead || user.changed.size > 0)) rounds.ask(userId);
  }

  function connect(feed: UserFeed, entries: "all" | undefined): FollowedInbox {
    const { userId } = feed;
    const user = users.get(userId) ?? new UserInbox(store, userId);
    const follower = new FollowerInbox(feed, entries);
    users.set(userId, user);
    user.followers.add(follower);
    return {
      async toHeads(places) {
        // The embedded store answers in the same turn.
        await nextTurn();
        const ids = places.map(({ conversation_id }) => conversation_id);
        const items = await store.conversations.itemsOf(userId, ids);
        const byId = new Map(items.map((item) => [item.id, item]));
        const isAlone = store.watchState() === "alone";
        return places.map((place) => {
          const item = byId.get(place.conversation_id);
          if (!item) return place;
          user.learn(item);
          if (isAlone) follower.learn(item);
          return { ...place, ...toHeadState(item) };
        });
      },
      async begin() {
        rounds.note(userId);
        const totals = await store.reads.totals(userId);
        follower.begin(totals);
        for (const id of follower.postponed) change(user, id);
        if (follower.isPostponed) rounds.ask(userId);
        follower.postponed.clear();
        return { kind: "unread", ...totals };
      },
      hear(news) {
        if ("kind" in news) {
          follower.forget(news.conversation_id);
          change(user, news.conversation_id);
          return;
        }
        const entry = news.find(({ kind }) => kind === "message" || kind === "deletion");
        if (!entry || entry.conversation_id === null) return;
        if (follower.isCounting) rounds.ask(userId);
        else change(user, entry.conversation_id);
      },
      disconnect() {
        user.followers.delete(follower);
        if (user.followers.size === 0 && users.get(userId) === user) users.delete(userId);
      },
    };
  }

  return {
    users,
    connect,
    check() {
      const isLive = store.watchState() === "live";
      for (const user of users.values()) {
        const isChanged = user.takeMuteEnd();
        user.isUnsure ||= !isLive;
        if (isChanged || !isLive) rounds.ask(user.userId);
      }
    },
  };
}

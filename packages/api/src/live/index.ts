import type { ChatStore } from "@chatnest/db";
import {
  type ConversationNews,
  type FollowInput,
  followConversation,
} from "./follow-conversation.ts";
import { createHub, type HubOptions } from "./hub.ts";
import { createMembershipEnds } from "./membership-ends.ts";
import { createConversationFollowers } from "./user/conversation-followers.ts";
import { type FollowUserInput, followUser, type UserNews } from "./user/follow-user.ts";

/** What is live in a process: its followers, and what wakes them. */
export interface Live {
  followConversation(
    input: FollowInput,
    signal: AbortSignal,
  ): AsyncGenerator<ConversationNews, void>;
  followUser(input: FollowUserInput, signal: AbortSignal): AsyncGenerator<UserNews, void>;
  /** Ends every following with `unavailable`, so that the other side comes back, here or elsewhere. */
  close(): void;
}

/** Makes what is live over a store, which must outlive it. */
export function createLive(store: ChatStore, options?: HubOptions): Live {
  const hub = createHub(store, options);
  const membershipEnds = createMembershipEnds(store, hub);
  const followers = createConversationFollowers(store, hub);
  return {
    followConversation: (input, signal) =>
      followConversation({ hub, membershipEnds }, input, signal),
    followUser: (input, signal) => followUser({ store, hub, followers }, input, signal),
    close: () => hub.close(),
  };
}

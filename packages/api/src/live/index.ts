import type { ChatStore } from "@chatnest/db";
import {
  type ConversationNews,
  type FollowInput,
  followConversation,
} from "./follow-conversation.ts";
import { createHub, type HubOptions } from "./hub.ts";
import { createDetailsWatch } from "./inbox/conversation-details.ts";
import { createInboxes } from "./inbox/inboxes.ts";
import { createMemberReads } from "./inbox/member-reads.ts";
import { createMembershipEnds } from "./membership-ends.ts";
import { createConversationFollowers } from "./user/conversation-followers.ts";
import { type FollowUserInput, followUser, type UserNews } from "./user/follow-user.ts";

/** The live part of a process: its followers, and what wakes them. */
export interface Live {
  /** Follows one conversation. See `followConversation` for what is thrown. */
  followConversation(
    input: FollowInput,
    signal: AbortSignal,
  ): AsyncGenerator<ConversationNews, void>;
  /** Follows all conversations of a user. See `followUser` for what is thrown. */
  followUser(input: FollowUserInput, signal: AbortSignal): AsyncGenerator<UserNews, void>;
  /** Ends all followings with `unavailable`, so that clients reconnect, here or to another process. */
  close(): void;
}

/** Creates the live part over a store, which must be closed after it. */
export function createLive(store: ChatStore, options?: HubOptions): Live {
  const hub = createHub(store, options);
  const membershipEnds = createMembershipEnds(store, hub);
  const followers = createConversationFollowers(store, hub);
  const inboxes = createInboxes(store, hub);
  const memberReads = createMemberReads(store, hub, inboxes);
  const details = createDetailsWatch(store, hub, inboxes);
  hub.onCheck(async () => {
    for (const part of [inboxes, memberReads, details]) part.check();
    return {};
  });
  return {
    followConversation: (input, signal) =>
      followConversation({ hub, membershipEnds, details }, input, signal),
    followUser: (input, signal) => followUser({ store, hub, followers, inboxes }, input, signal),
    close: () => hub.close(),
  };
}

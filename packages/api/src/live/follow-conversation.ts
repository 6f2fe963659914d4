import { conversationStream, type Entry } from "@chatnest/db";
import { ChatError } from "../errors.ts";
import { noConversation } from "../rules.ts";
import type { Followed, Hub } from "./hub.ts";
import type { MembershipEnds } from "./membership-ends.ts";
import type { Position } from "./position.ts";
import { endAs } from "./until-expiry.ts";
import { createWait } from "./wait.ts";

/** Where to begin. */
export interface FollowInput {
  conversation_id: string;
  /** On whose behalf: the following ends when this user is a member no more. */
  member?: string;
  /** Begins behind this place; at the end when there is none. `unreadable` is a place that nobody can tell. */
  after?: Position | "unreadable";
}

/** What a follower of a conversation gets: where it stands, first and after a new epoch, then messages in order. */
export type ConversationNews =
  | { kind: "ready" | "reset"; epoch: string; seq: number; last_seq: number }
  | { kind: "entries"; epoch: string; entries: readonly Entry[] };

/** What following is made of. */
export interface FollowParts {
  hub: Hub;
  membershipEnds: MembershipEnds;
}

/**
 * Follows a conversation: every message behind a place, once and in order, for ever. It starts, catches up, resumes and
 * waits by the same steps: read on, and wait where there is nothing. It ends when the signal aborts.
 * @throws ChatError `unauthorized` when the signal says so, `not_found` when the member has left, `unavailable` when the hub closes: an end would tell the client
 * not to come back.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function* followConversation(
  { hub, membershipEnds }: FollowParts,
  input: FollowInput,
  signal: AbortSignal,
): AsyncGenerator<ConversationNews, void> {
  const wait = createWait(signal);
  const { conversation_id, member } = input;
  let { after } = input;
  let isMember = true;
  const unwatch =
    member === undefined
      ? undefined
      : membershipEnds.onEnd({ conversation_id, user_id: member }, () => {
          isMember = false;
          wait.wake();
        });
  let followed: Followed | undefined;
  try {
    // Once for each epoch. Not in a generator of its own: each event would be handed from one to the other.
    while (!signal.aborted) {
      followed = hub.follow(conversationStream(conversation_id));
      const { tail } = followed;
      const epoch = await hub.epoch();
      const last_seq = await tail.readHead();
      const place = after === "unreadable" || (after?.epoch ?? epoch) !== epoch ? undefined : after;
      const isReset = after !== undefined && place === undefined;
      let seq = place?.seq ?? last_seq;
      yield { kind: isReset ? "reset" : "ready", epoch, seq, last_seq };
      while (!signal.aborted && (hub.isClosed || hub.isCurrent(epoch))) {
        if (!isMember) throw noConversation();
        if (hub.isClosed) throw new ChatError("unavailable", "the server is going down; come back");
        const found = tail.read(seq);
        const entries = found instanceof Promise ? await found : found;
        const last = entries.at(-1);
        if (last) {
          yield { kind: "entries", epoch, entries };
          seq = last.seq;
        } else if (entries === found) {
          await wait.until((wake) => tail.onMore(wake));
        }
      }
      followed.release();
      // Whatever it held is of another history now.
      after = "unreadable";
    }
    endAs(signal);
  } finally {
    unwatch?.();
    wait.end();
    followed?.release();
  }
}

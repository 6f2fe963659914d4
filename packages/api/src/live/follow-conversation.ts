import { conversationStream, type Entry } from "@chatnest/db";
import { ChatError, noConversation } from "../errors.ts";
import { publishStoreFailure } from "../store-failures.ts";
import { publishFollower } from "./diagnostics.ts";
import type { Erasures } from "./erasures.ts";
import type { Followed, Hub } from "./hub.ts";
import type { DetailsWatch } from "./inbox/conversation-details.ts";
import type { ConversationDetails } from "./inbox/inbox-news.ts";
import type { MembershipEnds } from "./membership-ends.ts";
import type { Position } from "./position.ts";
import { endAs } from "./until-expiry.ts";
import { createWait } from "./wait.ts";

/** Which conversation to follow, and from where. */
export interface FollowInput {
  conversation_id: string;
  /** Following ends when this user is no longer a member. */
  member?: string;
  /** Starts after this position, without one at the head. `unreadable`: the text was not a position. */
  after?: Position | "unreadable";
  /**
   * For `all`, `last_seq` is the head of the log, else the newest message that is not deleted. Entries of all kinds come anyway, but
   * titles and metadata only for `all`.
   */
  entries?: "all" | undefined;
}

/**
 * What a follower of a conversation gets: its position, first and after each new epoch, then entries in order. `reset`: the
 * given position means nothing in this epoch. `ready` comes again when the message at `last_seq` was deleted before it came: it
 * is not to be waited for.
 */
export type ConversationNews =
  | { kind: "ready" | "reset"; epoch: string; seq: number; last_seq: number }
  | {
      kind: "entries";
      epoch: string;
      entries: readonly Entry[];
      erasures: Pick<Erasures, "apply">;
    }
  | ({ kind: "conversation" } & ConversationDetails);

/** What following a conversation needs. */
export interface FollowParts {
  hub: Hub;
  membershipEnds: MembershipEnds;
  /** Absent: titles and metadata are not told. */
  details?: DetailsWatch;
}

/**
 * Follows a conversation: returns every entry after a position, once and in order, until the signal aborts. One loop starts,
 * catches up, resumes and waits: it reads on, and waits when there is nothing.
 * @throws ChatError `unauthorized` when the token has expired, `not_found` when the member has left, `unavailable` when the hub
 * closes: a normal end would tell the client not to reconnect.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function* followConversation(
  { hub, membershipEnds, details }: FollowParts,
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
  /** The details that are not told yet, the newest ones alone. */
  const changed: { details?: ConversationDetails } = {};
  const unfollow =
    input.entries === "all"
      ? details?.follow(conversation_id, (found) => {
          changed.details = found;
          wait.wake();
        })
      : undefined;
  let followed: Followed | undefined;
  const publishEnd = publishFollower("conversation");
  try {
    // Once for each epoch. A nested generator would pass every event on a second time.
    while (!signal.aborted) {
      followed = hub.follow(conversationStream(conversation_id));
      const { tail } = followed;
      const epoch = await hub.epoch();
      const head = await tail.readHead();
      let last_seq = input.entries === "all" ? head : await tail.readSaid(head);
      const place = after === "unreadable" || (after?.epoch ?? epoch) !== epoch ? undefined : after;
      const isReset = after !== undefined && place === undefined;
      let seq = place?.seq ?? head;
      yield { kind: isReset ? "reset" : "ready", epoch, seq, last_seq };
      while (!signal.aborted && (hub.isClosed || hub.isCurrent(epoch))) {
        if (!isMember) throw noConversation();
        if (hub.isClosed)
          throw new ChatError("unavailable", "the server is shutting down; reconnect");
        if (changed.details) {
          const news = changed.details;
          delete changed.details;
          yield { kind: "conversation", ...news };
        }
        const found = tail.read(seq);
        const entries = found instanceof Promise ? await found : found;
        const last = entries.at(-1);
        if (last) {
          const { erasures } = hub;
          yield { kind: "entries", epoch, entries, erasures };
          const goal = seq < last_seq && entries.find((entry) => entry.seq === last_seq);
          seq = last.seq;
          if (input.entries !== "all" && goal && isErased(erasures.apply(goal))) {
            last_seq = await tail.readSaid(await tail.readHead());
            yield { kind: "ready", epoch, seq, last_seq };
          }
        } else if (entries === found) {
          await wait.until((wake) => tail.onMore(wake));
        }
      }
      followed.release();
      // The position belongs to another history now.
      after = "unreadable";
    }
    endAs(signal);
  } catch (error) {
    publishStoreFailure(error);
    throw error;
  } finally {
    publishEnd();
    unwatch?.();
    unfollow?.();
    wait.end();
    followed?.release();
  }
}

function isErased(entry: Entry): boolean {
  return entry.kind === "message" && entry.erased === true;
}

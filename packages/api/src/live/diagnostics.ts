import { openChannel } from "@chatnest/db";

/** A reader that asked for entries which its process no longer keeps, so that the store is read. */
export interface RingMissMessage {
  /** How many entries the reader is behind the head; 0 where the process does not know the head. */
  entriesBehind: number;
  /** Whether the reader shares a read of the store that another one started. */
  isShared: boolean;
}

/** `chatnest.ring_miss`: one message for each time a reader falls back to the store. Catching up after a reconnect counts. */
export const ringMissChannel = openChannel<RingMissMessage>("chatnest.ring_miss");

/** New entries of one log, and the readers that were woken for them. */
export interface DeliveryMessage {
  /**
   * How long after this process learned of the first of the entries the last reader was woken. Includes the tick of 5 ms that
   * bundles entries, not the time that readers take to send.
   */
  delayMs: number;
  /**
   * The number of readers: followers of the conversation, and connections of its members that follow all of theirs. When a
   * quiet conversation wakes, connections that are still looked up are woken a little later and do not count.
   */
  readers: number;
}

/** `chatnest.delivery`: one message for each time new entries wake the readers of a log. */
export const deliveryChannel = openChannel<DeliveryMessage>("chatnest.delivery");

/** One part of a comparison of what this process follows with the store. It has the count of its own part. */
export interface CheckMessage {
  durationMs: number;
  /** The number of followed logs whose heads were compared. */
  logs?: number;
  /** The number of conversations whose members were compared, for followers of users. */
  conversations?: number;
  /** The number of memberships looked up, for followers who must be members. */
  memberships?: number;
  /** `false` when the store failed; then there is no count. */
  isComplete: boolean;
}

/** `chatnest.check`: one message for each part of each check, every 5 s by default and after events may have been missed. */
export const checkChannel = openChannel<CheckMessage>("chatnest.check");

/** A follower that begins or ends: of one conversation, or of all conversations of a user. */
export interface FollowerMessage {
  kind: "conversation" | "user";
  isFollowing: boolean;
}

/** `chatnest.follower`: one message when a follower begins, and one when it ends, for whatever reason. */
export const followerChannel = openChannel<FollowerMessage>("chatnest.follower");

/**
 * Publishes that a follower begins, and returns what publishes that it ends. Who began to listen in between hears only of the
 * end.
 */
export function publishFollower(kind: FollowerMessage["kind"]): () => void {
  if (followerChannel.hasSubscribers) followerChannel.publish({ kind, isFollowing: true });
  return () => {
    if (followerChannel.hasSubscribers) followerChannel.publish({ kind, isFollowing: false });
  };
}

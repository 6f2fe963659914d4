import type { Reaction } from "../entities.ts";
import { StoreError } from "../errors.ts";
import { reactionKeysMax, reactionUsersShownMax } from "../limits.ts";

/** A user, and the key that the user reacts with. */
export interface KeyOfUser {
  key: string;
  user_id: string;
}

/**
 * Returns the reactions of a message with one more.
 * @throws StoreError `conflict` when the message has 20 keys already.
 */
export function addReaction(
  reactions: readonly Reaction[],
  { key, user_id }: KeyOfUser,
): Reaction[] {
  if (!reactions.some((reaction) => reaction.key === key)) {
    if (reactions.length >= reactionKeysMax) {
      throw new StoreError("conflict", `a message has at most ${reactionKeysMax} reactions`);
    }
    return [...reactions, { key, count: 1, user_ids: [user_id] }];
  }
  return reactions.map((reaction) => {
    if (reaction.key !== key) return reaction;
    const { count, user_ids } = reaction;
    const hasRoom = user_ids.length < reactionUsersShownMax;
    return { key, count: count + 1, user_ids: hasRoom ? [...user_ids, user_id] : user_ids };
  });
}

/** Tells whether removing a reaction makes room for a user who is not shown yet. */
export function makesRoom(reactions: readonly Reaction[], { key, user_id }: KeyOfUser): boolean {
  const found = reactions.find((reaction) => reaction.key === key);
  return (
    found !== undefined && found.count > found.user_ids.length && found.user_ids.includes(user_id)
  );
}

/**
 * Returns the reactions of a message with one less.
 * @param next The user who is shown in the place that becomes free. Only needed when it {@link makesRoom}.
 */
export function removeReaction(
  reactions: readonly Reaction[],
  { key, user_id }: KeyOfUser,
  next?: string,
): Reaction[] {
  return reactions.flatMap((reaction) => {
    if (reaction.key !== key) return [reaction];
    if (reaction.count === 1) return [];
    const user_ids = reaction.user_ids.filter((shown) => shown !== user_id);
    if (next !== undefined) user_ids.push(next);
    return [{ key, count: reaction.count - 1, user_ids }];
  });
}

import { randomBytes } from "node:crypto";
import type { Reaction } from "../entities.ts";
import { StoreError } from "../errors.ts";
import type { Erasure, ErasureMode } from "../ports/erasures.ts";

const randomLength = 15;

/** Makes a pseudonym that nothing links to a user. */
export function newPseudonym(): string {
  return `erased-${randomBytes(randomLength).toString("base64url")}`;
}

/** Checks that an erasure that has begun has the mode that is asked for. */
export function inMode(erasure: Erasure, mode: ErasureMode): Erasure {
  if (erasure.mode === mode) return erasure;
  const text = `this erasure has begun with the mode ${erasure.mode}: finish it with that one`;
  throw new StoreError("conflict", text);
}

/** Returns a list of users with the pseudonym in the place of the user. */
export function withoutUser(users: readonly string[], { user_id, pseudonym }: Erasure): string[] {
  // One that came back meanwhile is in the list already.
  if (users.includes(pseudonym)) return users.filter((user) => user !== user_id);
  return users.map((user) => (user === user_id ? pseudonym : user));
}

/** Returns reactions with the pseudonym in the place of the user. */
export function reactionsWithoutUser(reactions: readonly Reaction[], erasure: Erasure): Reaction[] {
  return reactions.map((reaction) => {
    const user_ids = withoutUser(reaction.user_ids, erasure);
    const gone = reaction.user_ids.length - user_ids.length;
    return { ...reaction, count: reaction.count - gone, user_ids };
  });
}

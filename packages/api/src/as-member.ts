import { isStoreError } from "@chatnest/db";
import type { Context } from "./context.ts";
import { noConversation } from "./errors.ts";

/**
 * Waits for what only a member can do. A user whose membership ends meanwhile is told what a stranger is told.
 * @throws ChatError `not_found`, with the text of the store where the caller is no user.
 */
export async function asMember<TAnswer>(
  { caller }: Context,
  answer: Promise<TAnswer>,
): Promise<TAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (caller.kind === "user" && isStoreError(error, "not_found")) throw noConversation();
    throw error;
  }
}

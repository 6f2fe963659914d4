import { isId } from "@chatnest/db";
import type { Context } from "./context.ts";
import { ChatError } from "./errors.ts";
import { actAsSelf, noConversation, type Rule, type UserCaller } from "./rules.ts";

/**
 * Checks a caller against the rule of a procedure, and returns the input, to which the user of a token may have been added.
 * @throws ChatError `forbidden`, `not_found` when the user is not a member of the conversation, `too_many_requests`.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function admit(rule: Rule, ctx: Context, input: unknown): Promise<unknown> {
  const { caller } = ctx;
  if (caller.kind !== "user") return input;
  if (rule.who === "servers") {
    throw new ChatError("forbidden", "a user's token cannot do this: use a server key");
  }
  const own = rule.isSelf ? actAsSelf(input, caller) : input;
  if (rule.isLimited) await ctx.countSend(caller);
  if (rule.isMember) await requireMember(ctx, caller, own);
  return own;
}

async function requireMember(
  { store }: Context,
  caller: UserCaller,
  input: unknown,
): Promise<void> {
  const { conversation_id } = Object(input) as { conversation_id?: unknown };
  // The schema refuses an invalid id.
  if (typeof conversation_id !== "string" || !isId(conversation_id)) return;
  const { user_id } = caller;
  if (!(await store.members.has({ conversation_id, user_id }))) throw noConversation();
}

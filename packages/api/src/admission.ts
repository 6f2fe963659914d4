import { isId } from "@chatnest/db";
import type { Context } from "./context.ts";
import { ChatError } from "./errors.ts";
import { actAsSelf, noConversation, type Rule, type UserCaller } from "./rules.ts";

/**
 * Lets a caller in by the rule of a procedure, and returns the input to go on with: that of a user names the user.
 * @throws ChatError `forbidden`, `not_found` in a conversation that the user is not in, `too_many_requests`.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function admit(rule: Rule, ctx: Context, input: unknown): Promise<unknown> {
  const { caller } = ctx;
  if (caller.kind !== "user") return input;
  if (rule.who === "servers") {
    throw new ChatError("forbidden", "a user's token may not do this: use a server key");
  }
  const own = rule.isSelf ? actAsSelf(input, caller) : input;
  if (rule.isLimited) await ctx.countSend(caller);
  if (rule.isMember === true) await requireMember(ctx, caller, own);
  return own;
}

async function requireMember(
  { store }: Context,
  caller: UserCaller,
  input: unknown,
): Promise<void> {
  const { conversation_id } = Object(input) as { conversation_id?: unknown };
  // What cannot be the id of a conversation is refused by the schema.
  if (typeof conversation_id !== "string" || !isId(conversation_id)) return;
  const { user_id } = caller;
  if (!(await store.members.has({ conversation_id, user_id }))) throw noConversation();
}

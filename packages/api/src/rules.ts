import type { UserCaller } from "./caller.ts";
import { ChatError } from "./errors.ts";

/**
 * Who may call a procedure: a row of the table. Rules are data, so that they can be listed and tested. Trusted callers and
 * server keys may call every procedure; a rule says what a user with a token may do.
 */
export type Rule =
  /** Users may not call it. */
  | { who: "servers" }
  | {
      who: "users";
      /** Users act as themselves: `user_id` must be the user of the token, and can be omitted. */
      isSelf?: boolean;
      /** Only for members of the conversation. To all other users the conversation seems not to exist. */
      isMember?: boolean;
      /** Whether calls count towards the limit of sends. */
      isLimited?: boolean;
    };

const servers: Rule = { who: "servers" };
const users: Rule = { who: "users" };
const self: Rule = { who: "users", isSelf: true };
const member: Rule = { who: "users", isMember: true };
const selfAsMember: Rule = { who: "users", isSelf: true, isMember: true };
const limitedAsMember: Rule = { ...selfAsMember, isLimited: true };

/** Who may call each procedure. A procedure without a row does not compile. */
export const rules = {
  // The store checks the membership again, in the step that stores the message. It is checked here so that a stranger does not
  // wait behind the sends of others: the time would tell that there are some.
  "messages.send": limitedAsMember,
  "messages.all": member,
  "messages.page": member,
  "messages.get": member,
  // Only the author, which the procedures check.
  "messages.edit": limitedAsMember,
  "messages.delete": limitedAsMember,
  "messages.react": limitedAsMember,
  "messages.unreact": limitedAsMember,
  "messages.reactions": member,
  "messages.replies": member,
  "messages.versions": member,
  "messages.import": servers,

  "log.page": member,

  "reads.mark": limitedAsMember,
  "reads.markUnread": limitedAsMember,
  "reads.page": member,
  "reads.totals": self,

  // The user becomes a member, and the server generates the id. Limited as sends are: it writes to up to 1,000 inboxes.
  "conversations.create": { ...users, isLimited: true },
  "conversations.get": member,
  "conversations.update": { ...member, isLimited: true },
  "conversations.all": self,
  "conversations.page": self,
  "conversations.addMember": { ...member, isLimited: true },
  "conversations.removeMember": selfAsMember,
  // Settings are private: no other user sees or changes them.
  "conversations.updateMember": limitedAsMember,

  "notes.send": { ...self, isLimited: true },
  "notes.all": self,
  "notes.page": self,
  "notes.get": self,

  // Ends when the membership ends or the token expires.
  "live.conversation": member,
  "live.user": self,
} as const satisfies Record<string, Rule>;

/** The name of a procedure, its path in the router. */
export type ProcedureName = keyof typeof rules;

/**
 * Adds the user of a token to an input without a user.
 * @throws ChatError `forbidden` when the input names another user.
 */
export function actAsSelf(input: unknown, { user_id }: UserCaller): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    // An absent input is complete with the user. Any other is refused by the schema.
    return input === undefined ? { user_id } : input;
  }
  const named: unknown = "user_id" in input ? input.user_id : undefined;
  if (named === undefined) return { ...input, user_id };
  if (typeof named === "string" && named !== user_id) {
    throw new ChatError("forbidden", "a user's token can only act for that user");
  }
  return input;
}

import type { Caller } from "./context.ts";
import { ChatError } from "./errors.ts";

/**
 * Who may call a procedure: a row of the table. It is data, so that it can be enumerated, tested and printed. Trusted callers
 * and server keys may call all procedures; a rule says what a user may do.
 */
export type Rule =
  /** Users may not call it. */
  | { who: "servers" }
  | {
      who: "users";
      /** A user acts as itself: `user_id` is the user of the token, and may be left out. */
      isSelf?: boolean;
      /**
       * A user acts in a conversation only as a member; where it is none, no conversation seems to exist. `in_store`: the store
       * checks it, in the step that stores the message.
       */
      isMember?: true | "in_store";
      /** Whether calls count against the limit of sends. */
      isLimited?: boolean;
    };

const servers: Rule = { who: "servers" };
const users: Rule = { who: "users" };
const self: Rule = { who: "users", isSelf: true };
const member: Rule = { who: "users", isMember: true };
const selfAsMember: Rule = { who: "users", isSelf: true, isMember: true };

/** Who may call each procedure. What has no row here cannot be made a procedure. */
export const rules = {
  "messages.send": { ...self, isMember: "in_store", isLimited: true },
  "messages.all": member,
  "messages.page": member,
  "messages.get": member,
  "messages.import": servers,

  // With itself among the members, under an id that the server makes.
  "conversations.create": users,
  "conversations.get": member,
  "conversations.all": self,
  "conversations.page": self,
  "conversations.addMember": member,
  "conversations.removeMember": selfAsMember,

  "notes.send": { ...self, isLimited: true },
  "notes.all": self,
  "notes.page": self,
  "notes.get": self,

  // It ends with the membership, and with the token.
  "live.conversation": member,
  "live.user": self,
} as const satisfies Record<string, Rule>;

/** The name of a procedure: its path in the router. */
export type ProcedureName = keyof typeof rules;

/** A caller with a user's token. */
export type UserCaller = Extract<Caller, { kind: "user" }>;

/** What one refused caller is told is told to all: it shows nothing of what exists. */
export function noConversation(): ChatError {
  return new ChatError("not_found", "there is no such conversation");
}

/**
 * Puts the user of a token into an input that names no user.
 * @throws ChatError `forbidden` when the input names another user.
 */
export function actAsSelf(input: unknown, { user_id }: UserCaller): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    // No input at all, where the user is all there is to say; anything else is refused by the schema.
    return input === undefined ? { user_id } : input;
  }
  const named: unknown = "user_id" in input ? input.user_id : undefined;
  if (named === undefined) return { ...input, user_id };
  if (typeof named === "string" && named !== user_id) {
    throw new ChatError("forbidden", "a user's token acts for that user alone");
  }
  return input;
}

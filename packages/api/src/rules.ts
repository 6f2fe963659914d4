import type { Caller } from "./context.ts";
import { ChatError } from "./errors.ts";

/** Who may call a procedure: a row of the table. It is data, so that it can be enumerated, tested and printed. */
export interface Rule {
  who: "trusted";
}

const trusted: Rule = { who: "trusted" };

/** Who may call each procedure. What has no row here cannot be made a procedure. */
export const rules = {
  "messages.send": trusted,
  "messages.all": trusted,
  "messages.page": trusted,
  "messages.get": trusted,
  "messages.import": trusted,

  "conversations.create": trusted,
  "conversations.get": trusted,
  "conversations.all": trusted,
  "conversations.page": trusted,
  "conversations.addMember": trusted,
  "conversations.removeMember": trusted,

  "notes.send": trusted,
  "notes.all": trusted,
  "notes.page": trusted,
  "notes.get": trusted,

  "live.conversation": trusted,
  "live.user": trusted,
} as const satisfies Record<string, Rule>;

/** The name of a procedure: its path in the router. */
export type ProcedureName = keyof typeof rules;

/**
 * Refuses a caller that a rule does not let through.
 * @throws ChatError `forbidden`
 */
export function enforceRule(rule: Rule, caller: Caller): void {
  if (!isAllowed(rule, caller)) {
    throw new ChatError("forbidden", "the caller may not do this");
  }
}

// Answers in every case, so that a kind of rule that is not enforced here does not compile.
function isAllowed({ who }: Rule, caller: Caller): boolean {
  switch (who) {
    case "trusted":
      return caller.kind === "trusted";
  }
}

import type { Caller } from "./caller.ts";
import { ChatError } from "./errors.ts";
import { type ProcedureName, rules } from "./rules.ts";

/** Who may call a procedure at most: callers that may act for any user, or nobody at all. */
export type Restriction = "servers" | "nobody";

/** Restrictions by procedure. They come before the table of rules, so they only ever make it stricter. */
export type Restrictions = Partial<Record<ProcedureName, Restriction>>;

/**
 * Checks restrictions that an application gives, and copies them.
 * @throws TypeError that names a procedure that does not exist, or a restriction that is none.
 */
export function readRestrictions(given: Restrictions): Restrictions {
  for (const [name, who] of Object.entries(given)) {
    if (!Object.hasOwn(rules, name)) throw new TypeError(`rules: there is no procedure ${name}`);
    if (who !== "servers" && who !== "nobody") {
      throw new TypeError(`rules: ${name} can only be "servers" or "nobody"`);
    }
  }
  return { ...given };
}

/**
 * Refuses a caller that a restriction excludes.
 * @throws ChatError `forbidden`
 */
export function restrict(restriction: Restriction | undefined, { kind }: Caller): void {
  if (restriction === "nobody") throw new ChatError("forbidden", "this server does not allow this");
  if (restriction === "servers" && kind === "user") {
    throw new ChatError("forbidden", "a user's token cannot do this: use a server key");
  }
}

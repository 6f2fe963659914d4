/**
 * What went wrong in a store.
 *
 * - `conflict`: the id is taken by something else; nothing was stored.
 * - `not_found`: there is no such conversation or member.
 * - `not_member`: the author is no member of the conversation; nothing was stored.
 * - `invalid`: the input breaks a limit, or the store could not give it back unchanged; nothing was stored.
 * - `unavailable`: the store is away or overloaded; whether a write was stored is unknown, repeating it with the same id is safe.
 * - `closed`: the store was closed; nothing was stored.
 * - `cannot_open`: the store cannot be opened, and trying again will not help.
 */
export type StoreErrorCode =
  | "conflict"
  | "not_found"
  | "not_member"
  | "invalid"
  | "unavailable"
  | "closed"
  | "cannot_open";

/** The one error that stores throw on purpose; anything else that leaves a store is a bug. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

/** Says whether something thrown is a {@link StoreError}, of a certain code if one is given. */
export function isStoreError(error: unknown, code?: StoreErrorCode): error is StoreError {
  return error instanceof StoreError && (code === undefined || error.code === code);
}

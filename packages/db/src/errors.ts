/**
 * What went wrong in a store.
 *
 * - `conflict`: the id is taken by something else, or there is no room for a reaction; nothing was stored.
 * - `changed`: the text was changed since it was read; nothing was stored.
 * - `not_found`: there is no such conversation, member or message.
 * - `not_member`: the author is not a member of the conversation; nothing was stored.
 * - `invalid`: the input breaks a limit, or the store could not give it back unchanged; nothing was stored.
 * - `unavailable`: the store is unreachable or overloaded. A write may have been stored; repeating it with the same id is safe.
 * - `closed`: the store was closed; nothing was stored.
 * - `cannot_open`: the store cannot be opened, and trying again will not help.
 */
export type StoreErrorCode =
  | "conflict"
  | "changed"
  | "not_found"
  | "not_member"
  | "invalid"
  | "unavailable"
  | "closed"
  | "cannot_open";

/** The only error that stores throw on purpose; any other is a bug. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** For `invalid`: the field that was refused, if it is one. */
  readonly field: string | undefined;

  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
    this.field = options.field;
  }
}

interface StoreErrorOptions extends ErrorOptions {
  field?: string;
}

/** Tells whether an error is a {@link StoreError}, with the given code if there is one. */
export function isStoreError(error: unknown, code?: StoreErrorCode): error is StoreError {
  return error instanceof StoreError && (code === undefined || error.code === code);
}

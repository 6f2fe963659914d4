/**
 * On whose behalf a procedure runs.
 * - `trusted`: may act for any user, because of where it calls from.
 * - `key`: may act for any user, because of a server key.
 * - `user`: the user itself, until `expiresAt`, in ms since 1970.
 */
export type Caller =
  | { kind: "trusted" }
  | { kind: "key" }
  | { kind: "user"; user_id: string; expiresAt: number };

/** How long after its `expiresAt` a caller is still served, in ms: clocks may differ by this. */
export const clockToleranceMs = 30_000;

/** The caller that may act for any user. */
export const trustedCaller: Caller = { kind: "trusted" };

/** A caller with a user's token. */
export type UserCaller = Extract<Caller, { kind: "user" }>;

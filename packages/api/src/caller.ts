/**
 * On whose behalf a procedure runs.
 * - `trusted`: may act for any user, because of where the request comes from.
 * - `key`: may act for any user, because it has a server key.
 * - `user`: a user with a token, until `expiresAt`, in ms since 1970.
 */
export type Caller =
  | { kind: "trusted" }
  | { kind: "key" }
  | { kind: "user"; user_id: string; expiresAt: number };

/** How long after `expiresAt` a caller is still served, in ms. Clocks may differ by this much. */
export const clockToleranceMs = 30_000;

/** The caller that may act for any user. */
export const trustedCaller: Caller = { kind: "trusted" };

/** A caller with a user's token. */
export type UserCaller = Extract<Caller, { kind: "user" }>;

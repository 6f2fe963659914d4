import { randomBytes } from "node:crypto";

/** Makes a server key: 256 random bits behind a prefix by which scanners for leaked secrets can tell it. */
export function createKey(): string {
  return `cnk_${randomBytes(32).toString("base64url")}`;
}

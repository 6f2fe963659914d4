import { randomBytes } from "node:crypto";

/** Mints the name of an epoch: 16 of `a-z0-9`, never the same twice. */
export function newEpoch(): string {
  return randomBytes(8).toString("hex");
}

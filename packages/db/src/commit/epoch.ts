import { randomBytes } from "node:crypto";

/** Creates the name of an epoch: 16 of `a-z0-9`, random. */
export function newEpoch(): string {
  return randomBytes(8).toString("hex");
}

import { hash } from "node:crypto";
import type { ImportLine } from "@chatnest/api";
import { Occurrences } from "./occurrences.ts";

/** A message that has an id. */
export type IdentifiedLine = ImportLine & { id: string };

/**
 * Gives messages without an id one that is theirs in every run: a SHA-256 of conversation, user, time, content, and the
 * how manieth of exactly these in the file it is. So a file may be renamed or grow, and each line is stored once.
 */
export class MessageIds {
  readonly #occurrences = new Occurrences();

  /** Returns the message with its id. Lines come in the order of the file. */
  identify(line: ImportLine): IdentifiedLine {
    if (line.id !== undefined) return { ...line, id: line.id };
    const digest = toDigest(line, 1);
    // 48 bits. Two messages that share them share a count, so their ids still differ.
    const occurrence = this.#occurrences.count(1 + digest.readUIntBE(0, 6));
    const own = occurrence === 1 ? digest : toDigest(line, occurrence);
    return { ...line, id: own.toString("base64url") };
  }
}

function toDigest(
  { conversation_id, user_id, timestamp, content }: ImportLine,
  occurrence: number,
): Buffer {
  // However the time is written, it is the same message.
  const time = timestamp === undefined ? null : Date.parse(timestamp);
  return hash(
    "sha256",
    JSON.stringify([conversation_id ?? null, user_id, time, content, occurrence]),
    "buffer",
  );
}

import { hash } from "node:crypto";
import type { ImportLine } from "@chatnest/api";

/** An entry that has an id. */
export type IdentifiedLine = ImportLine & { id: string };

/**
 * Gives each line without an id one that is the same in every run: a SHA-256 of its conversation, user, time, content, other
 * fields and occurrence, which is 1 for the first line that says exactly this, 2 for the second, and so on. So a file can be
 * renamed or grow, and each of its lines is still stored once. Takes about 47 bytes of memory for each distinct line:
 * 0.5 GB for 10 million.
 */
export class MessageIds {
  // By the first 16 bits of a digest, then by the next 32. One Map ends at 2^24 entries, and a key of more than 32 bits takes
  // an object of its own.
  readonly #counts = new Map<number, Map<number, number>>();

  /** Returns the line with its id. Lines come in the order of the file. */
  identify(line: ImportLine): IdentifiedLine {
    if (line.id !== undefined) return { ...line, id: line.id };
    const digest = toDigest(line, 1);
    const occurrence = this.#count(digest);
    const own = occurrence === 1 ? digest : toDigest(line, occurrence);
    return { ...line, id: own.toString("base64url") };
  }

  // By 48 bits: two lines that have the same ones share a count, but their ids still differ.
  #count(digest: Buffer): number {
    const first = digest.readUInt16BE(0);
    const next = digest.readInt32BE(2);
    const counts = this.#counts.get(first) ?? new Map<number, number>();
    this.#counts.set(first, counts);
    const count = (counts.get(next) ?? 0) + 1;
    counts.set(next, count);
    return count;
  }
}

function toDigest(line: ImportLine, occurrence: number): Buffer {
  const { conversation_id, user_id, timestamp, ...body } = line;
  const { content = null, ...others } = { content: undefined, ...body };
  // However the time is written, it is the same entry.
  const time = timestamp === undefined ? null : Date.parse(timestamp);
  const said = [conversation_id ?? null, user_id, time, content, occurrence];
  const rest = Object.entries(others).filter(
    ([name, value]) => value !== undefined && !(name === "kind" && value === "message"),
  );
  // A plain message has no more, as it was before there were other entries.
  return hash("sha256", JSON.stringify(rest.length === 0 ? said : [...said, rest]), "buffer");
}

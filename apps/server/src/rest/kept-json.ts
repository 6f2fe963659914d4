import { hash } from "node:crypto";

/** A body as it is sent, and its `ETag`. */
export interface JsonText {
  text: string;
  etag: string;
}

interface Kept extends JsonText {
  link: string;
}

/** By body. An entry goes when its body does. */
const kept = new WeakMap<object, Kept>();

/**
 * Writes a body as JSON, with an `ETag`. One that is frozen, with all that is in it, is written only once: a page of messages is
 * answered as often as it is asked for. The link is part of the `ETag`: a page stays the same when another one is added after it.
 */
export function toJsonText(body: unknown, link = ""): JsonText {
  const isFrozen = typeof body === "object" && body !== null && Object.isFrozen(body);
  if (!isFrozen) return write(JSON.stringify(body), link);
  const known = kept.get(body);
  if (known?.link === link) return known;
  const written = { ...write(known?.text ?? JSON.stringify(body), link), link };
  kept.set(body, written);
  return written;
}

function write(text: string, link: string): JsonText {
  return { text, etag: `"${hash("sha1", `${link}\n${text}`, "base64url")}"` };
}

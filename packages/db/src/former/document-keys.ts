import { createHash } from "node:crypto";
import { BSON, ObjectId } from "mongodb";
import { isMessageId } from "../limits.ts";

/** Shows the `_id` of a document to a person. */
export function toKeyText(key: unknown): string {
  if (key instanceof ObjectId) return key.toHexString();
  return BSON.EJSON.stringify(key);
}

/** Makes the id of a message of the `_id` of its document, the same each time. */
export function toStableId(key: unknown): string {
  if (key instanceof ObjectId) return key.toHexString();
  if (typeof key === "string" && isMessageId(key)) return key;
  return createHash("sha256").update(BSON.EJSON.stringify(key)).digest("base64url");
}

/** Returns an id that another document refers to: a text, or that of an `ObjectId`; anything else as it is. */
export function toReference(value: unknown): unknown {
  return value instanceof ObjectId ? value.toHexString() : value;
}

/** Compares two keys for the order of documents of the same time: as MongoDB compares those of one type. */
export function compareKeys(a: unknown, b: unknown): number {
  const [first, second] = [toKeyText(a), toKeyText(b)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

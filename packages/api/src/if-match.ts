import { refuseInput } from "./errors.ts";
import type { RestHeader } from "./rest.ts";

const tagPattern = /^"([1-9]\d{0,15})"$/;

/** The header that edits a message only in the version that the client has seen: RFC 9110, section 13.1.1. */
export const ifMatch = {
  name: "If-Match",
  description:
    "The version that is edited, as a `seq` in quotes: that of the message, of its newest edit, or its `changed_seq`. If the message was edited after it: 412.",
  pattern: '^"[1-9][0-9]{0,15}"$',
  field: "unchanged_since",
  read(value) {
    const seq = Number(tagPattern.exec(value)?.[1]);
    if (Number.isSafeInteger(seq)) return seq;
    throw refuseInput([{ path: "If-Match", code: "invalid_value", message: "a seq in quotes" }]);
  },
} satisfies RestHeader;

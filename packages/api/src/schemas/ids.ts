import { idLengthMax, isId, isMessageId } from "@chatnest/db";
import { z } from "zod";

// As ECMA 262 and Python both read it: \p{Cc} and \s are missing or mean something else in one of them.
const control = "\\u0000-\\u001f\\u007f-\\u009f";
const blank = " \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
const idPattern = `^(?!\\.\\.?$)[^${control}]*[^${control}${blank}][^${control}]*$`;

function id(description: string, example: string) {
  const rule = `1 to ${idLengthMax} characters, not blank, no control characters, not . or ..`;
  return z
    .string()
    .max(idLengthMax, { error: rule, abort: true })
    .refine(isId, { error: rule, abort: true })
    .meta({ description, examples: [example], minLength: 1, pattern: idPattern });
}

const messageIdRule = "8 to 64 of A-Z a-z 0-9 _ -";

export const UserId = id(
  "Names a user: 1 to 128 characters, none of them a control character; not blank, not `.` or `..`.",
  "alice",
);
export const ConversationId = id(
  "Names a conversation: 1 to 128 characters, none of them a control character; not blank, not `.` or `..`.",
  "general",
);

export const MessageId = z
  .string()
  .max(64, { error: messageIdRule, abort: true })
  .refine(isMessageId, { error: messageIdRule, abort: true })
  .meta({
    description: "Names a message in its conversation: 8 to 64 of `A-Za-z0-9_-`.",
    minLength: 8,
    pattern: "^[A-Za-z0-9_-]{8,64}$",
  });

/** A position in a log. */
export const Seq = z
  .int()
  .min(1)
  .meta({ description: "Position in the log: 1, 2, 3, ...", examples: [1] });

/** A bound of a page: positions, and the place before the first. */
export const Bound = z.int().min(0);

/** A field that only the server sets. A client may send it back with its model; its value is ignored. */
export const ReadOnly = z
  .unknown()
  .optional()
  .meta({ description: "Set by the server; ignored in a request.", readOnly: true });

export const Timestamp = z.string().meta({
  description: "ISO 8601, UTC, with milliseconds.",
  examples: ["2026-01-31T12:00:00.000Z"],
});

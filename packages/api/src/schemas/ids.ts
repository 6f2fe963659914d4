import { idLengthMax, isId, isMessageId, isReactionKey, reactionKeyLengthMax } from "@chatnest/db";
import { z } from "zod";

// Written so that ECMA-262 and Python agree: \p{Cc} and \s are missing or differ in one of them.
const control = "\\u0000-\\u001f\\u007f-\\u009f";
/** Blank characters that are no control characters, for a class in a pattern. */
export const blank = " \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
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
  "The id of a user: 1 to 128 characters, no control characters; not blank, not `.` or `..`.",
  "alice",
);
export const ConversationId = id(
  "The id of a conversation: 1 to 128 characters, no control characters; not blank, not `.` or `..`.",
  "general",
);

export const MessageId = z
  .string()
  .max(64, { error: messageIdRule, abort: true })
  .refine(isMessageId, { error: messageIdRule, abort: true })
  .meta({
    description: "The id of a message, unique in its conversation: 8 to 64 of `A-Za-z0-9_-`.",
    minLength: 8,
    pattern: "^[A-Za-z0-9_-]{8,64}$",
  });

const keyRule = `1 to ${reactionKeyLengthMax} characters, no control characters, no space at its ends, not . or ..`;
const keyEnd = `[^${control}${blank}]`;

export const ReactionKey = z
  .string()
  .max(reactionKeyLengthMax, { error: keyRule, abort: true })
  .refine(isReactionKey, { error: keyRule, abort: true })
  .meta({
    description:
      "The key of a reaction, an emoji or a name: 1 to 64 characters, no control characters, no space at its ends; not `.` or `..`.",
    examples: ["\u{1F44D}"],
    minLength: 1,
    pattern: `^(?!\\.\\.?$)${keyEnd}(?:[^${control}]*${keyEnd})?$`,
  });

/** A position in a log. */
export const Seq = z
  .int()
  .min(1)
  .meta({ description: "The position in the log: 1, 2, 3, ...", examples: [1] });

/** A bound of a page: a position, or 0. */
export const Bound = z.int().min(0);

/** A field that only the server sets. Clients may send it back; its value is ignored. */
export const ReadOnly = z
  .unknown()
  .optional()
  .meta({ description: "Set by the server; ignored in a request.", readOnly: true });

export const Timestamp = z.string().meta({
  description: "ISO 8601, UTC, with milliseconds.",
  examples: ["2026-01-31T12:00:00.000Z"],
});

const timestampRule = "must be ISO 8601 with a zone";
const AnyTimestamp = z.iso.datetime({ offset: true });

/** A time that a client sends, in any zone. */
export const NewTimestamp = z
  .string()
  .max(64, { error: timestampRule, abort: true })
  .refine((text) => AnyTimestamp.safeParse(text).success, { error: timestampRule, abort: true })
  // Not the pattern of zod: that has more than 300 characters.
  .meta({
    pattern:
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})$",
  });

/** Where a page starts, as the page before it has said. */
export const Cursor = z.string().max(1_024).meta({
  description: "The cursor from the `next` of the previous page.",
});

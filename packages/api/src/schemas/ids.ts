import { idLengthMax, isId, isMessageId } from "@chatnest/db";
import { z } from "zod";

function id(description: string, example: string) {
  const rule = `1 to ${idLengthMax} characters, not blank, no control characters, not . or ..`;
  return z
    .string()
    .max(idLengthMax, { error: rule, abort: true })
    .refine(isId, { error: rule, abort: true })
    .meta({ description, examples: [example], minLength: 1 });
}

const messageIdRule = "8 to 64 of A-Z a-z 0-9 _ -";

export const UserId = id("Names a user: 1 to 128 characters.", "alice");
export const ConversationId = id("Names a conversation: 1 to 128 characters.", "general");

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

export const Timestamp = z.string().meta({
  description: "ISO 8601, UTC, with milliseconds.",
  examples: ["2026-01-31T12:00:00.000Z"],
});

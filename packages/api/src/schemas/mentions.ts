import { mentionsMax, type Mentions as StoredMentions } from "@chatnest/db";
import { z } from "zod";
import { UserId } from "./ids.ts";

const everyone = z.literal("everyone");
const rule = `1 to ${mentionsMax} ids of users without repeats, or everyone`;

/** Mentions of a message that is sent. */
export const NewMentions = z
  .union(
    [
      z
        .array(UserId)
        .min(1)
        .max(mentionsMax)
        .refine((ids) => new Set(ids).size === ids.length, { error: "has a repeat" })
        .meta({ uniqueItems: true }),
      everyone,
    ],
    { error: rule },
  )
  .meta({
    description:
      "Whom it mentions: 1 to 50 members of the conversation, without repeats, or `everyone`. Edits do not change it.",
  });

/** Mentions of a stored message. They were checked when it was sent. */
export const Mentions = z.union([z.array(z.string()).max(mentionsMax), everyone]).meta({
  description: "Whom it mentions: ids of members, or `everyone`.",
}) satisfies z.ZodType<StoredMentions>;

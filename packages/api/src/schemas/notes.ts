import { z } from "zod";
import { MessageId, Seq, UserId } from "./ids.ts";
import { Content, pageShape } from "./messages.ts";

export const SendNoteInput = z.strictObject({
  id: MessageId.optional(),
  user_id: UserId,
  content: Content,
});

export const NotePageInput = z.strictObject({ user_id: UserId, ...pageShape });
export const AllNotesInput = z.strictObject({ user_id: UserId });
export const GetNoteInput = z.strictObject({ user_id: UserId, seq: Seq });

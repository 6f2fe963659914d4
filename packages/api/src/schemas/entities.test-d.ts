import type * as db from "@chatnest/db";
import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { Conversation } from "./conversations.ts";
import type { Entry } from "./entries.ts";
import type { ImportLine } from "./import.ts";
import type { InboxConversation } from "./inboxes.ts";
import type { Message, SendMessageInput } from "./messages.ts";
import type { ReadState, UnreadTotals } from "./reads.ts";

test("a message is the same in the store and on the wire", () => {
  expectTypeOf<z.infer<typeof Message>>().toEqualTypeOf<db.Message>();
  expectTypeOf<z.input<typeof Message>>().toEqualTypeOf<db.Message>();
  expectTypeOf<Message>().toEqualTypeOf<db.Message>();
});

test("an entry is the same in the store and on the wire", () => {
  expectTypeOf<z.infer<typeof Entry>>().toEqualTypeOf<db.Entry>();
  expectTypeOf<z.input<typeof Entry>>().toEqualTypeOf<db.Entry>();
  expectTypeOf<Entry>().toEqualTypeOf<db.Entry>();
});

test("a conversation is the same in the store and on the wire", () => {
  expectTypeOf<z.infer<typeof Conversation>>().toEqualTypeOf<db.Conversation>();
  expectTypeOf<z.input<typeof Conversation>>().toEqualTypeOf<db.Conversation>();
  expectTypeOf<Conversation>().toEqualTypeOf<db.Conversation>();
});

test("a conversation of an inbox is what the store says of both", () => {
  expectTypeOf<InboxConversation>().branded.toEqualTypeOf<db.Conversation & db.InboxItem>();
});

test("a read state is the same in the store and on the wire", () => {
  expectTypeOf<z.infer<typeof ReadState>>().toEqualTypeOf<db.ReadState>();
  expectTypeOf<z.infer<typeof UnreadTotals>>().toEqualTypeOf<db.UnreadTotals>();
});

test("all that is sent is a field of what the store takes", () => {
  expectTypeOf<keyof SendMessageInput>().toEqualTypeOf<
    Exclude<keyof db.NewMessage, "kind" | "timestamp" | "sent_hash">
  >();
  type Line<TKind> = Extract<ImportLine, { kind?: TKind }>;
  expectTypeOf<keyof Line<"message" | undefined>>().toEqualTypeOf<
    Exclude<keyof db.NewMessage, "sent_hash">
  >();
  expectTypeOf<keyof Line<"edit">>().toEqualTypeOf<Exclude<keyof db.NewEdit, "unchanged_since">>();
  expectTypeOf<keyof Line<"deletion">>().toEqualTypeOf<keyof db.NewDeletion>();
  expectTypeOf<keyof Line<"reaction">>().toEqualTypeOf<keyof db.NewReaction>();
});

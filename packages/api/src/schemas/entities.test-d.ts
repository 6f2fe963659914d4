import type * as db from "@chatnest/db";
import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { Conversation } from "./conversations.ts";
import type { ImportLine, Message, SendMessageInput } from "./messages.ts";

test("a message is the same in the store and on the wire", () => {
  expectTypeOf<z.infer<typeof Message>>().toEqualTypeOf<db.Message>();
  expectTypeOf<z.input<typeof Message>>().toEqualTypeOf<db.Message>();
  expectTypeOf<Message>().toEqualTypeOf<db.Message>();
});

test("a conversation is the same in the store and on the wire", () => {
  expectTypeOf<z.infer<typeof Conversation>>().toEqualTypeOf<db.Conversation>();
  expectTypeOf<z.input<typeof Conversation>>().toEqualTypeOf<db.Conversation>();
  expectTypeOf<Conversation>().toEqualTypeOf<db.Conversation>();
});

test("all that is sent is a field of what the store takes", () => {
  expectTypeOf<keyof SendMessageInput>().toEqualTypeOf<
    Exclude<keyof db.NewMessage, "kind" | "timestamp">
  >();
  expectTypeOf<keyof ImportLine>().toEqualTypeOf<Exclude<keyof db.NewMessage, "kind">>();
});

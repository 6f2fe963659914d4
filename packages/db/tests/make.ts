import { randomUUID } from "node:crypto";
import type { NewMessage } from "../src/ports/log.ts";

/** Makes an id that no other test uses. */
export function unique(name: string): string {
  return `${name}-${randomUUID()}`;
}

/** Makes a message of a conversation of its own, unless the fields say otherwise. */
export function newMessage(fields: Partial<NewMessage> = {}): NewMessage {
  return {
    kind: "message",
    id: randomUUID(),
    user_id: "alice",
    content: "hello",
    conversation_id: unique("room"),
    ...fields,
  };
}

/** Makes `count` messages, `content` 1, 2, 3, ... */
export function newMessages(count: number, fields: Partial<NewMessage>): NewMessage[] {
  return upTo(count).map((n) => newMessage({ content: `${n}`, ...fields }));
}

/** Makes a note of a user. */
export function newNote(fields: Partial<NewMessage>): NewMessage {
  return newMessage({ ...fields, conversation_id: null });
}

/** Makes `count` ids of users: `name` and a number. */
export function newUsers(count: number, name = "user"): string[] {
  return upTo(count).map((n) => `${name}-${n}`);
}

/** Counts 1, 2, 3, ... `last`. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

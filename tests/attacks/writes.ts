import type { Target } from "./target.ts";

/** What a write answered. */
export interface WriteAnswer {
  status: number;
  /** The paths of what was wrong with it. */
  wrong: string[];
  /** The answer as it came. */
  text: string;
}

/** A way to write, and an input that it takes. */
export interface Write {
  /** As in the document or the router. */
  name: string;
  path: string;
  /** Every field, with a good value; the path to it where it is not at the top. */
  fields: Record<string, unknown>;
  /** Where the fields are in the body. @default at the top */
  inside?: string;
  /** Fields that are ignored whatever they hold. */
  ignored?: readonly string[];
}

const message = { id: "12345678", user_id: "ann", content: "x", conversation_id: "base" };
const { conversation_id: _, ...note } = message;
const timestamp = "2020-01-01T00:00:00.000Z";
const created = { id: "made", user_ids: ["ann"] };
const member = { conversation_id: "base", user_id: "bob" };
const whole = {
  messages: [],
  created_at: timestamp,
  last_seq: 0,
  member_count: 1,
  last_activity_at: timestamp,
};

/** Every write of REST and of tRPC. */
export const writes: readonly Write[] = [
  {
    name: "POST /messages/",
    path: "/messages/",
    fields: { ...message, timestamp, seq: 1 },
    ignored: ["timestamp", "seq"],
  },
  {
    name: "POST /conversations/",
    path: "/conversations/",
    fields: { ...created, ...whole },
    ignored: Object.keys(whole),
  },
  {
    name: "POST /conversations/{conversation_id}/members",
    path: "/conversations/base/members",
    fields: { user_id: "bob" },
  },
  { name: "messages.send", path: "/trpc/messages.send", fields: message },
  { name: "notes.send", path: "/trpc/notes.send", fields: note },
  { name: "conversations.create", path: "/trpc/conversations.create", fields: created },
  { name: "conversations.addMember", path: "/trpc/conversations.addMember", fields: member },
  { name: "conversations.removeMember", path: "/trpc/conversations.removeMember", fields: member },
  {
    name: "messages.import",
    path: "/trpc/messages.import",
    fields: { ...message, timestamp },
    inside: "messages.0",
  },
];

/** Sends a body that is written out, and reads what it got. */
export async function write(target: Target, path: string, body: string): Promise<WriteAnswer> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(target.url + path, { method: "POST", body, headers });
  const text = await response.text();
  const answer = JSON.parse(text) as {
    errors?: { path: string }[];
    error?: { data: { errors?: { path: string }[] } };
  };
  const errors = answer.errors ?? answer.error?.data.errors ?? [];
  return { status: response.status, wrong: errors.map((issue) => issue.path), text };
}

/** Writes a body with another value, as a text, in one of its fields. */
export function toBody({ fields, inside }: Write, field: string, json: string): string {
  const values = Object.entries({ ...fields, [field]: undefined }).map(
    ([name, value]) => `${JSON.stringify(name)}:${name === field ? json : JSON.stringify(value)}`,
  );
  const body = `{${values.join(",")}}`;
  return inside === undefined ? body : `{"messages":[${body}]}`;
}

/** Reads all that writes can have changed, as one text. */
export async function readState({ url }: Target): Promise<string> {
  const paths = [
    ...["/messages/base", "/conversations/by-id/base", "/users/ann/notes"],
    ...["/conversations/ann", "/conversations/bob", "/conversations/by-id/made"],
  ];
  const texts = paths.map(async (path) => {
    const text = await (await fetch(url + path)).text();
    return text.replace(/"request_id":"[^"]*"/, "");
  });
  return (await Promise.all(texts)).join("\n");
}

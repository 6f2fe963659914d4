import { memberWrites } from "./member-writes.ts";
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
  /** @default "POST" */
  method?: "PUT" | "PATCH";
  path: string;
  /** Every field, with a good value; the path to it where it is not at the top. */
  fields: Record<string, unknown>;
  /** Where the fields are in the body. @default at the top */
  inside?: string;
  /** Fields that are ignored whatever they hold. */
  ignored?: readonly string[];
  /** Fields that take something else than a text, and what they take, as JSON. */
  takes?: Readonly<Record<string, RegExp>>;
}

const said = { id: "12345678", user_id: "ann", content: "x", conversation_id: "base" };
const { conversation_id: _, ...note } = said;
const message = { ...said, reply_to: 1, thread_seq: 1, mentions: ["ann"], metadata: { a: 1 } };
const change = { id: "87654321", user_id: "ann" };
const edit = { ...change, content: "y", metadata: { a: 2 } };
const target = { conversation_id: "base", seq: 1 };

// Every position that these write is one of the first few.
const seq = /^(?:null|[1-9])$/;
const metadata = /^(?:null|\{)/;
const takes = {
  reply_to: seq,
  thread_seq: seq,
  metadata,
  seq,
  target_seq: seq,
  mentions: /^(?:null|"everyone")$/,
  unchanged_since: /^(?:null|[1-9]\d*)$/,
};
const ofServer = [
  "timestamp",
  "seq",
  "edited_at",
  "deleted_at",
  "reactions",
  "thread",
  "changed_seq",
];
const timestamp = "2020-01-01T00:00:00.000Z";
const created = { id: "made", user_ids: ["ann"] };
const member = { conversation_id: "base", user_id: "bob" };
const whole = {
  messages: [],
  created_at: timestamp,
  last_seq: 0,
  member_count: 1,
  last_activity_at: timestamp,
  read_seq: 0,
  revision: 0,
  unread_count: 0,
  mention_count: 0,
  muted_until: null,
  pinned: false,
  archived: false,
};

/** Every write of REST and of tRPC. */
export const writes: readonly Write[] = [
  {
    name: "POST /messages/",
    path: "/messages/",
    fields: { ...message, ...Object.fromEntries(ofServer.map((name) => [name, 1])) },
    ignored: ofServer,
    takes,
  },
  {
    name: "PATCH /messages/{conversation_id}/{seq}",
    method: "PATCH",
    path: "/messages/base/1",
    fields: edit,
    takes,
  },
  {
    name: "PUT /messages/{conversation_id}/{seq}/reactions/{key}",
    method: "PUT",
    path: "/messages/base/1/reactions/+1",
    fields: { ...change, id: "reaction1" },
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
  { name: "messages.send", path: "/trpc/messages.send", fields: message, takes },
  ...memberWrites,
  {
    name: "messages.edit",
    path: "/trpc/messages.edit",
    fields: { ...edit, ...target, unchanged_since: 99 },
    takes,
  },
  {
    name: "messages.delete",
    path: "/trpc/messages.delete",
    fields: { ...change, ...target, id: "deletion", seq: 2 },
    takes,
  },
  {
    name: "messages.react",
    path: "/trpc/messages.react",
    fields: { ...change, ...target, id: "reaction2", key: "-1" },
    takes,
  },
  {
    name: "messages.unreact",
    path: "/trpc/messages.unreact",
    fields: { ...change, ...target, id: "reaction3", key: "-1" },
    takes,
  },
  { name: "notes.send", path: "/trpc/notes.send", fields: note },
  { name: "conversations.create", path: "/trpc/conversations.create", fields: created },
  { name: "conversations.addMember", path: "/trpc/conversations.addMember", fields: member },
  { name: "conversations.removeMember", path: "/trpc/conversations.removeMember", fields: member },
  {
    name: "messages.import",
    path: "/trpc/messages.import",
    fields: { ...message, timestamp },
    inside: "messages.0",
    // Who is mentioned need not be a member.
    takes: { ...takes, kind: /^"message"$/, mentions: /^(?:"everyone"|\["x"\])$/ },
  },
  ...[
    { kind: "edit", id: "imported1", content: "z", metadata: { a: 3 } },
    { kind: "deletion", id: "imported2", target_seq: 3 },
    { kind: "reaction", id: "imported3", key: "+1", added: true },
  ].map((line) => ({
    name: `messages.import of a ${line.kind}`,
    path: "/trpc/messages.import",
    fields: { user_id: "ann", conversation_id: "base", target_seq: 1, timestamp, ...line },
    inside: "messages.0",
    takes: { ...takes, added: /^(?:true|false)$/ },
  })),
];

/** Sends a body that is written out to a path, or in the way of a write, and reads what it got. */
export async function write(
  target: Target,
  to: string | Pick<Write, "method" | "path">,
  body: string,
): Promise<WriteAnswer> {
  const { method = "POST", path } = typeof to === "string" ? { path: to } : to;
  const headers = { "content-type": "application/json" };
  const response = await fetch(target.url + path, { method, body, headers });
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
  // In another conversation there are no such messages.
  const left = field === "conversation_id" ? ["reply_to", "thread_seq"] : [];
  const given = Object.entries({ ...fields, [field]: undefined });
  const values = given
    .filter(([name]) => !left.includes(name))
    .map(
      ([name, value]) => `${JSON.stringify(name)}:${name === field ? json : JSON.stringify(value)}`,
    );
  const body = `{${values.join(",")}}`;
  return inside === undefined ? body : `{"messages":[${body}]}`;
}

/** Reads all that writes can have changed, as one text. */
export async function readState({ url }: Target): Promise<string> {
  const paths = [
    ...["/messages/base/log?limit=1000", "/messages/base?deleted=include"],
    ...["/conversations/by-id/base", "/users/ann/notes"],
    ...["/conversations/ann", "/conversations/bob", "/conversations/by-id/made"],
    ...["/messages/base/reads", "/users/ann/unread", "/users/bob/unread"],
  ];
  const texts = paths.map(async (path) => {
    const text = await (await fetch(url + path)).text();
    return text.replace(/"request_id":"[^"]*"/, "");
  });
  return (await Promise.all(texts)).join("\n");
}

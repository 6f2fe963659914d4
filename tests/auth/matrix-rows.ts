import type { RouterInputs } from "@chatnest/api";

/** Who calls, in every case of the matrix. */
export const callers = [
  "nobody",
  "expired token",
  "stranger",
  "former member",
  "member",
  "server key",
] as const;
export type CallerName = (typeof callers)[number];

/** What is there for one case. */
export interface World {
  /** A conversation of `member` and `other`, which `former` has left. Its first message is of `other`, its second of `member`. */
  conversation_id: string;
  /** The user that the call is about: the caller itself, if it is one. */
  user_id: string;
}

/** What is expected of one procedure: how to call it, and what each caller with good credentials is answered over REST. */
export interface Row {
  kind: "query" | "mutation" | "subscription";
  /** What of a caller it needs. `self` and `member` are tried with another user and with another conversation, too. */
  needs: readonly ("self" | "member" | "server")[];
  input(world: World): Record<string, unknown>;
  /** Whether it is a stream that REST alone serves. */
  isRestOnly?: boolean;
  status: Record<Exclude<CallerName, "nobody" | "expired token">, number>;
}

/** The statuses of a procedure that users may call who are not in the conversation, or in none. */
function everybody(status: number): Row["status"] {
  return { stranger: status, "former member": status, member: status, "server key": status };
}

/** The statuses of a procedure that only members may call. */
function members(status: number): Row["status"] {
  return { ...everybody(404), member: status, "server key": status };
}

const ofMessage = ({ conversation_id }: World) => ({ conversation_id, seq: 1 });
const ofOwnMessage = ({ conversation_id, user_id }: World) => ({
  conversation_id,
  user_id,
  seq: 2,
});
const ofConversation = ({ conversation_id }: World) => ({ conversation_id });
const ofMember = ({ conversation_id, user_id }: World) => ({ conversation_id, user_id });
const ofUser = ({ user_id }: World) => ({ user_id });

/** Who may call what, written a second time by hand: one row a procedure. */
export const rows = {
  "messages.send": {
    kind: "mutation",
    needs: ["self", "member"],
    input: ({ conversation_id, user_id }) => ({ conversation_id, user_id, content: "x" }),
    status: members(201),
  },
  "messages.all": {
    kind: "query",
    needs: ["member"],
    input: ofConversation,
    isRestOnly: true,
    status: members(200),
  },
  "messages.page": {
    kind: "query",
    needs: ["member"],
    input: ({ conversation_id }) => ({ conversation_id, limit: 1 }),
    status: members(200),
  },
  "messages.get": {
    kind: "query",
    needs: ["member"],
    input: ofMessage,
    status: members(200),
  },
  "messages.edit": {
    kind: "mutation",
    needs: ["self", "member"],
    input: (world) => ({ ...ofOwnMessage(world), content: "y" }),
    status: members(200),
  },
  "messages.delete": {
    kind: "mutation",
    needs: ["self", "member"],
    input: ofOwnMessage,
    status: members(204),
  },
  "messages.react": {
    kind: "mutation",
    needs: ["self", "member"],
    input: (world) => ({ ...ofOwnMessage(world), seq: 1, key: "+1" }),
    status: members(201),
  },
  "messages.unreact": {
    kind: "mutation",
    needs: ["self", "member"],
    input: (world) => ({ ...ofOwnMessage(world), seq: 1, key: "+1" }),
    status: members(204),
  },
  "messages.reactions": {
    kind: "query",
    needs: ["member"],
    input: ofMessage,
    status: members(200),
  },
  "messages.replies": {
    kind: "query",
    needs: ["member"],
    input: ofMessage,
    status: members(200),
  },
  "messages.versions": {
    kind: "query",
    needs: ["member"],
    input: ofMessage,
    status: members(200),
  },
  "log.page": {
    kind: "query",
    needs: ["member"],
    input: ofConversation,
    status: members(200),
  },
  "reads.mark": {
    kind: "mutation",
    needs: ["self", "member"],
    input: (world) => ({ ...ofMember(world), read_seq: 1 }),
    status: members(200),
  },
  "reads.markUnread": {
    kind: "mutation",
    needs: ["self", "member"],
    input: (world) => ({ ...ofMember(world), unread_from: 1 }),
    status: members(200),
  },
  "reads.page": {
    kind: "query",
    needs: ["member"],
    input: ofConversation,
    status: members(200),
  },
  "reads.totals": {
    kind: "query",
    needs: ["self"],
    input: ofUser,
    status: everybody(200),
  },
  "messages.import": {
    kind: "mutation",
    needs: ["server"],
    input: ({ user_id }) => ({ messages: [{ id: "imported", user_id, content: "x" }] }),
    status: { ...everybody(403), "server key": 200 },
  },
  "conversations.create": {
    kind: "mutation",
    needs: [],
    input: ({ user_id }) => ({ user_ids: [user_id, "other"] }),
    status: everybody(201),
  },
  "conversations.get": {
    kind: "query",
    needs: ["member"],
    input: ofConversation,
    status: members(200),
  },
  "conversations.update": {
    kind: "mutation",
    needs: ["member"],
    input: (world) => ({ ...ofConversation(world), title: "Tea" }),
    status: members(200),
  },
  "conversations.all": {
    kind: "query",
    needs: ["self"],
    input: ofUser,
    isRestOnly: true,
    status: everybody(200),
  },
  "conversations.page": {
    kind: "query",
    needs: ["self"],
    input: ({ user_id }) => ({ user_id, limit: 1 }),
    status: everybody(200),
  },
  "conversations.addMember": {
    kind: "mutation",
    needs: ["member"],
    input: ({ conversation_id }) => ({ conversation_id, user_id: "new" }),
    status: members(201),
  },
  "conversations.removeMember": {
    kind: "mutation",
    needs: ["self", "member"],
    input: ofMember,
    status: members(204),
  },
  "conversations.updateMember": {
    kind: "mutation",
    needs: ["self", "member"],
    input: (world) => ({ ...ofMember(world), pinned: true }),
    status: members(200),
  },
  "notes.send": {
    kind: "mutation",
    needs: ["self"],
    input: ({ user_id }) => ({ user_id, content: "x" }),
    status: everybody(201),
  },
  "notes.all": {
    kind: "query",
    needs: ["self"],
    input: ofUser,
    isRestOnly: true,
    status: everybody(200),
  },
  "notes.page": {
    kind: "query",
    needs: ["self"],
    input: ({ user_id }) => ({ user_id, limit: 1 }),
    status: everybody(200),
  },
  "notes.get": {
    kind: "query",
    needs: ["self"],
    input: ({ user_id }) => ({ user_id, seq: 1 }),
    status: everybody(200),
  },
  "live.conversation": {
    kind: "subscription",
    needs: ["member"],
    input: ofConversation,
    status: members(200),
  },
  "live.user": {
    kind: "subscription",
    needs: ["self"],
    input: ofUser,
    status: everybody(200),
  },
} as const satisfies Record<RowName, Row>;

type RowName = {
  [Noun in keyof RouterInputs]: `${Noun}.${keyof RouterInputs[Noun] & string}`;
}[keyof RouterInputs];

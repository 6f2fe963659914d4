import type { Write } from "./writes.ts";

const self = { conversation_id: "base", user_id: "ann" };
const reading = { read_seq: /^(?:-?0|[1-9]\d?)$/, revision: /^(?:null|-?0|1|1e3)$/ };
const unreading = { unread_from: /^[1-9]\d?$/ };
const about = { title: "Tea", metadata: { a: 1 } };
const settings = { muted_until: "2030-01-01T00:00:00Z", pinned: true, archived: false };
const setting = {
  muted_until: /^null$/,
  pinned: /^(?:null|true|false)$/,
  archived: /^(?:null|true|false)$/,
};
const metadata = /^(?:null|\{)/;

/** The writes of what a member has read and set, and of what a conversation is about. */
export const memberWrites: readonly Write[] = [
  {
    name: "PUT /messages/{conversation_id}/reads/{user_id}",
    method: "PUT",
    path: "/messages/base/reads/ann",
    fields: { read_seq: 1, revision: 0 },
    takes: reading,
  },
  {
    name: "PUT /messages/{conversation_id}/reads/{user_id} of a position",
    method: "PUT",
    path: "/messages/base/reads/ann",
    fields: { unread_from: 1 },
    takes: unreading,
  },
  {
    name: "PATCH /conversations/by-id/{conversation_id}",
    method: "PATCH",
    path: "/conversations/by-id/base",
    fields: about,
    takes: { metadata },
  },
  {
    name: "PATCH /conversations/{conversation_id}/members/{user_id}",
    method: "PATCH",
    path: "/conversations/base/members/ann",
    fields: settings,
    takes: setting,
  },
  {
    name: "reads.mark",
    path: "/trpc/reads.mark",
    fields: { ...self, read_seq: 1, revision: 0 },
    takes: reading,
  },
  {
    name: "reads.markUnread",
    path: "/trpc/reads.markUnread",
    fields: { ...self, unread_from: 1 },
    takes: unreading,
  },
  {
    name: "conversations.update",
    path: "/trpc/conversations.update",
    fields: { ...about, conversation_id: "base" },
    takes: { metadata },
  },
  {
    name: "conversations.updateMember",
    path: "/trpc/conversations.updateMember",
    fields: { ...self, ...settings },
    takes: setting,
  },
];

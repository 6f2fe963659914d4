import { randomUUID } from "node:crypto";
import type { MemberSettingsChange, Mentions, Message, ReadState } from "@chatnest/db";
import type { Act } from "@chatnest/db/tests/inbox-oracle.ts";
import type { Call } from "./call-once.ts";
import type { Told } from "./inbox-calls.ts";
import { drawn, isDrawn, oneOf } from "./inbox-drawing.ts";

/** A conversation, as those who use it know it. */
export interface Room {
  id: string;
  /** The greatest position that anybody was told of. */
  head: number;
  /** The messages that their senders were told of. */
  messages: { seq: number; user: string }[];
  lanes: Lane[];
}

/** What a user does in a conversation: some things at the same time, or one after the other. */
export interface Lane {
  user: string;
  room: Room;
  isMember: boolean;
  hasBeen: boolean;
  /** How often it was marked as unread. */
  revision: number;
  isBusy: boolean;
}

/** Something that a user does. */
export interface Deed {
  call: Call;
  /** What it may be answered with. */
  statuses: readonly number[];
  /** What a repeat may be answered with besides. */
  repeated?: readonly number[];
  /** The id of the entry that it asks for. */
  id?: string;
  /** Whether the answer says that the entry is stored. */
  isStored?(told: Told): boolean;
  /** What it has done to the membership. */
  done?(told: Told): Act[];
}

const changed = [200, 201, 204, 404, 409, 422];
const keys = ["+1", "❤️"];
const hourMs = 3_600_000;
/** How far before the end of a log marks are. */
const backMax = 12;

/** Sends a message, by which one who never was a member joins. */
export function send(lane: Lane): Deed {
  const { user: user_id, room, isMember } = lane;
  const id = randomUUID();
  const mentions = isMember ? drawMentions(room) : undefined;
  const body = {
    id,
    user_id,
    content: id,
    conversation_id: room.id,
    ...(mentions && { mentions }),
  };
  return {
    call: { method: "POST", path: "/messages/", body },
    // Those who are mentioned may be about to leave.
    statuses: Array.isArray(mentions) ? [200, 201, 422] : [200, 201],
    id,
    isStored: ({ status }) => status !== 422,
    done({ status, text }) {
      if (status === 422) return [];
      const { seq } = JSON.parse(text) as Message;
      room.messages.push({ seq, user: user_id });
      room.head = Math.max(room.head, seq);
      if (isMember) return [];
      Object.assign(lane, { isMember: true, hasBeen: true });
      return [{ kind: "join" }];
    },
  };
}

/** Edits or deletes a message of the user, or reacts to any. */
export function change({ user: user_id, room }: Lane): Deed | undefined {
  const id = randomUUID();
  const isReaction = isDrawn(0.3);
  const recent = room.messages.slice(-3 * backMax);
  const target = oneOf(isReaction ? recent : recent.filter(({ user }) => user === user_id));
  if (!target) return undefined;
  const path = `/messages/${room.id}/${target.seq}`;
  const who = { id, user_id };
  if (isReaction) {
    const key = encodeURIComponent(oneOf(keys) ?? "");
    const call: Call = { method: "PUT", path: `${path}/reactions/${key}`, body: who };
    return { call, statuses: changed, id, isStored: ({ status }) => status === 201 };
  }
  if (isDrawn()) {
    const call: Call = { method: "PATCH", path, body: { ...who, content: id } };
    return { call, statuses: changed, id, isStored: ({ status }) => status === 200 };
  }
  const query = new URLSearchParams(who);
  return { call: { method: "DELETE", path: `${path}?${query}` }, statuses: changed, id };
}

/** Marks the conversation as read, knowing all its marks as unread, or not all, or none. */
export function markRead({ user, room, revision }: Lane): Deed {
  const read_seq = Math.max(0, room.head - drawn(backMax));
  const known = oneOf([undefined, revision, Math.max(0, revision - 1)]);
  const mark = { read_seq, ...(known !== undefined && { revision: known }) };
  const call: Call = { method: "PUT", path: `/messages/${room.id}/reads/${user}`, body: mark };
  return { call, statuses: [200], done: () => [{ kind: "mark", mark }] };
}

/** Marks the conversation as unread; a repeat may do so once more. */
export function markUnread(lane: Lane): Deed | undefined {
  const { user, room } = lane;
  if (room.head === 0) return undefined;
  const mark = { unread_from: Math.max(1, room.head - drawn(backMax)) };
  return {
    call: { method: "PUT", path: `/messages/${room.id}/reads/${user}`, body: mark },
    statuses: [200],
    done({ text, tries }) {
      const { revision } = JSON.parse(text) as ReadState;
      const times = revision - lane.revision;
      lane.revision = revision;
      // What is not so is found when all is compared.
      return Array<Act>(Math.min(Math.max(times, 1), tries)).fill({ kind: "mark", mark });
    },
  };
}

/** Changes one or two settings. */
export function set({ user, room }: Lane): Deed {
  const ends = [-hourMs, hourMs].map((ms) => new Date(Date.now() + ms).toISOString());
  const muted_until = oneOf([null, ...ends]) ?? null;
  const change = oneOf<MemberSettingsChange>([
    { pinned: isDrawn() },
    { archived: isDrawn(0.7) },
    { archived: true },
    { muted_until },
    { muted_until, archived: true },
  ]);
  if (!change) throw new Error("one of them is drawn");
  const path = `/conversations/${room.id}/members/${user}`;
  const call: Call = { method: "PATCH", path, body: change };
  return { call, statuses: [200], done: () => [{ kind: "set", change }] };
}

export function join(lane: Lane): Deed {
  const { user: user_id, room } = lane;
  return {
    call: { method: "POST", path: `/conversations/${room.id}/members`, body: { user_id } },
    statuses: [201],
    repeated: [200],
    done() {
      Object.assign(lane, { isMember: true, hasBeen: true, revision: 0 });
      return [{ kind: "join" }];
    },
  };
}

export function leave(lane: Lane): Deed {
  const { user, room } = lane;
  return {
    call: { method: "DELETE", path: `/conversations/${room.id}/members/${user}` },
    statuses: [204],
    repeated: [404],
    done() {
      lane.isMember = false;
      return [{ kind: "leave" }];
    },
  };
}

/** Tries what only members can do. */
export function trespass(lane: Lane): Deed {
  const { call } = oneOf([markRead, set, leave])?.(lane) ?? leave(lane);
  return { call, statuses: [404] };
}

function drawMentions({ lanes }: Room): Mentions | undefined {
  if (isDrawn()) return undefined;
  if (isDrawn(0.3)) return "everyone";
  const members = lanes.filter(({ isMember }) => isMember).map(({ user }) => user);
  const some = members.filter(() => isDrawn(0.3));
  return some.length > 0 ? some : undefined;
}

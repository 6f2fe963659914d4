import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Conversation } from "@chatnest/db";
import { InboxBook } from "./inbox-book.ts";
import { callUntilTold, type UrlsNow } from "./inbox-calls.ts";
import type { Deed, Lane, Room } from "./inbox-deeds.ts";
import * as deeds from "./inbox-deeds.ts";
import { drawn, isDrawn, oneOf } from "./inbox-drawing.ts";

/** Users at work in conversations of their own. */
export interface People {
  readonly book: InboxBook;
  readonly users: readonly string[];
  readonly rooms: readonly Room[];
  /** How many deeds were done, and how many of them needed a repeat. */
  readonly counts: { deeds: number; repeated: number };
  /** Begins nothing more, tries everything to its end, and returns when all has ended. */
  stop(): Promise<void>;
}

const userCount = 12;
const createdRooms = 4;
const workerCount = 10;
const pauseMsMax = 30;

/** Creates conversations of a dozen users, and one that the first message creates, and lets the users do anything in them. */
export async function startPeople(urls: UrlsNow): Promise<People> {
  const run = randomUUID().slice(0, 8);
  const book = new InboxBook();
  const counts = { deeds: 0, repeated: 0 };
  const users = Array.from({ length: userCount }, (_, n) => `user-${n}-${run}`);
  const rooms: Room[] = [];
  for (let n = 0; n <= createdRooms; n++) {
    const room: Room = { id: `room-${n}-${run}`, head: 0, messages: [], lanes: [] };
    const members = n < createdRooms ? users.filter((_, index) => index === 0 || isDrawn(0.7)) : [];
    room.lanes = users.map((user) => {
      const isMember = members.includes(user);
      return { user, room, isMember, hasBeen: isMember, revision: 0, isBusy: false };
    });
    if (members.length > 0) await create(room, members);
    rooms.push(room);
  }
  const lanes = rooms.flatMap((room) => room.lanes);
  let isStopped = false;

  async function create({ id }: Room, user_ids: string[]): Promise<void> {
    const body = { id, user_ids };
    const { text, start, end } = await callUntilTold(urls, {
      method: "POST",
      path: "/conversations/",
      body,
    });
    book.oracle.create(id, Date.parse((JSON.parse(text) as Conversation).created_at));
    for (const user of user_ids) book.add({ user, room: id, acts: [{ kind: "join" }], start, end });
  }

  async function work(): Promise<void> {
    while (!isStopped) {
      const lane = oneOf(lanes.filter(({ isBusy }) => !isBusy));
      if (!lane) throw new Error("there are more users than workers");
      lane.isBusy = true;
      await doAll(lane, drawDeeds(lane));
      lane.isBusy = false;
      await delay(drawn(pauseMsMax));
    }
  }

  async function doAll(lane: Lane, drawnDeeds: readonly Deed[]): Promise<void> {
    const { user, room, isMember } = lane;
    const start = performance.now();
    const acts = await Promise.all(drawnDeeds.map((deed) => doOne(room, deed)));
    const joinedBy = isMember ? undefined : drawnDeeds[0]?.id;
    const end = performance.now();
    if (acts.flat().length === 0) return;
    book.add({ user, room: room.id, acts: acts.flat(), start, end, joinedBy });
  }

  async function doOne(room: Room, deed: Deed) {
    const { call, id, statuses, repeated = [], isStored, done } = deed;
    if (id) book.ask(room.id, id);
    const told = await callUntilTold(urls, call);
    counts.deeds += 1;
    if (told.tries > 1) counts.repeated += 1;
    const expected = told.tries > 1 ? [...statuses, ...repeated] : statuses;
    if (!expected.includes(told.status)) {
      const asked = `${call.method} ${call.path} ${JSON.stringify(call.body)}`;
      book.wrongs.push(
        `${asked} was answered with ${told.status} after ${told.tries}: ${told.text}`,
      );
      return [];
    }
    if (id && isStored?.(told)) book.told(id);
    return done?.(told) ?? [];
  }

  const working = Promise.all(Array.from({ length: workerCount }, work));
  // It is told when it is stopped.
  working.catch(() => {});
  return {
    ...{ book, users, rooms, counts },
    async stop() {
      isStopped = true;
      await working;
    },
  };
}

/** Draws what is done at the same time: at most one thing whose repeat does more than once was asked for. */
function drawDeeds(lane: Lane): Deed[] {
  const { send, change, markRead, markUnread, set, join, leave, trespass } = deeds;
  if (!lane.isMember) {
    if (!lane.hasBeen && (lane.room.head === 0 || isDrawn())) return [send(lane)];
    return [isDrawn(0.8) ? join(lane) : trespass(lane)];
  }
  if (isDrawn(0.04)) return [leave(lane)];
  const kinds = oneOf([
    ...[[send], [send], [change], [change], [markRead], [markUnread], [set], [set]],
    ...[
      [send, markRead],
      [send, markUnread],
      [send, set],
      [change, markRead],
      [send, change],
    ],
    ...[
      [markRead, markRead],
      [markRead, markUnread],
      [markRead, set],
      [markUnread, set],
    ],
    [send, markRead, set],
  ]);
  return (kinds ?? []).flatMap((make) => make(lane) ?? []);
}

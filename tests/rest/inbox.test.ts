import type { Conversation, InboxItem } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  linkOf,
  type ProblemBody,
  pathOf,
  type RestServer,
  startRest,
  unique,
} from "../support/rest.ts";

type Inbox = (Conversation & InboxItem)[];

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Creates an inbox of six conversations, the oldest first: 1 and 2 are read, 2 and 3 archived, 0 is pinned. */
async function open() {
  const ann = unique("ann");
  const rooms: string[] = [];
  for (let n = 0; n < 6; n++) {
    // So that of two with the same activity the newer one comes first, too.
    const id = unique(`room-${9 - n}`);
    await server.post("/conversations/", { id, user_ids: [ann, "bob"] });
    await server.post("/messages/", { user_id: "bob", content: "x", conversation_id: id });
    rooms.push(id);
  }
  for (const n of [1, 2]) {
    await server.put(pathOf("messages", rooms[n] ?? "", "reads", ann), { read_seq: 1 });
  }
  const set = (n: number, settings: object) =>
    server.patch(pathOf("conversations", rooms[n] ?? "", "members", ann), settings);
  for (const n of [2, 3]) await set(n, { archived: true });
  await set(0, { pinned: true });
  const path = pathOf("conversations", ann);
  const numbersOf = (inbox: Inbox) => inbox.map(({ id }) => rooms.indexOf(id));
  const find = async (query: string) => numbersOf((await server.get<Inbox>(path + query)).body);
  return { ann, path, find, numbersOf, set };
}

describe("an inbox", () => {
  it("says of each conversation what is new and what is set, streamed and in pages", async () => {
    const { path } = await open();
    const { body: all } = await server.get<Inbox>(path);
    expect((await server.get<Inbox>(`${path}?limit=50`)).body).toEqual(all);
    expect(all).toHaveLength(6);
    expect(all[0]).toMatchObject({
      ...{ read_seq: 0, revision: 0, unread_count: 1, mention_count: 0 },
      ...{ pinned: true, archived: false, muted_until: null },
      messages: [{ content: "x" }],
    });
  });

  it("has pinned ones first, also over the links of its pages", async () => {
    const { path, find, numbersOf, set } = await open();
    await set(3, { pinned: true });
    const order = [3, 0, 5, 4, 2, 1];
    for (const query of ["", "/", "?limit=6"]) expect(await find(query)).toEqual(order);
    for (const limit of [1, 2, 4]) {
      const seen: number[] = [];
      let query: string | undefined = `?limit=${limit}&members=1&messages=0`;
      while (query !== undefined) {
        const page: Answer<Inbox> = await server.get(path + query);
        seen.push(...numbersOf(page.body));
        expect(page.body.every(({ user_ids }) => user_ids.length === 1)).toBe(true);
        query = linkOf(page, "next");
      }
      expect([limit, seen]).toEqual([limit, order]);
    }
  });

  it.each([
    ["archived=true", [3, 2]],
    ["archived=false", [0, 5, 4, 1]],
    ["unread=true", [0, 5, 4, 3]],
    ["unread=false", [0, 5, 4, 3, 2, 1]],
    ["archived=false&unread=true", [0, 5, 4]],
    ["archived=true&unread=true&limit=1", [3]],
    ["archived=true&unread=false", [3, 2]],
  ])("shows a part of it, as a page: %s", async (query, expected) => {
    const { path, find } = await open();
    expect(await find(`?${query}`)).toEqual(expected);
    // What is streamed has no `ETag`.
    const { headers } = await server.get<Inbox>(`${path}?${query}`);
    expect(headers.has("etag")).toBe(true);
  });

  it("keeps its filters in the links of its pages", async () => {
    const { path, numbersOf } = await open();
    const seen: number[] = [];
    let query: string | undefined = "?unread=true&archived=false&limit=1";
    while (query !== undefined) {
      const page: Answer<Inbox> = await server.get(path + query);
      seen.push(...numbersOf(page.body));
      query = linkOf(page, "next");
    }
    expect(seen).toEqual([0, 5, 4]);
  });

  it("still takes a cursor of before there were pinned conversations", async () => {
    const { path, find } = await open();
    const { body } = await server.get<Inbox>(`${path}?limit=3`);
    const { last_activity_at, id } = body[2] ?? {};
    const cursor = Buffer.from(JSON.stringify([last_activity_at, id])).toString("base64url");
    expect(await find(`?cursor=${cursor}`)).toEqual([3, 2, 1]);
  });

  it.each([
    ["archived", "archived="],
    ["archived", "archived=1"],
    ["archived", "archived=TRUE"],
    ["archived", "archived=null"],
    ["unread", "unread=yes"],
    ["unread", "unread=0&limit=5"],
    ["unread", "unread=true%20"],
    ["members", "members=-1"],
    ["members", "members=1001"],
    ["members", "members=1.5&limit=1"],
    ["pinned", "pinned=true"],
    ["unread", "unread=true&unread=false"],
  ])("refuses what is no %s: %s", async (path, query) => {
    const { status, body } = await server.get<ProblemBody>(
      `${pathOf("conversations", unique("user"))}?${query}`,
    );
    expect([status, body.errors?.map((error) => error.path)]).toEqual([422, [path]]);
  });

  it("shows as many members as it is asked for, of all, of a page and of one", async () => {
    const { ann, path } = await open();
    for (const [query, user_ids] of [
      ["members=0", []],
      ["members=1", [ann]],
      ["members=1000", [ann, "bob"]],
    ] as const) {
      const [all, page] = [
        await server.get<Inbox>(`${path}?${query}`),
        await server.get<Inbox>(`${path}?${query}&limit=6`),
      ];
      expect(all.body).toEqual(page.body);
      expect(page.body[0]).toMatchObject({ user_ids, member_count: 2 });
      const one = pathOf("conversations", "by-id", page.body[0]?.id ?? "");
      expect((await server.get<Conversation>(`${one}?${query}`)).body.user_ids).toEqual(user_ids);
    }
  });
});

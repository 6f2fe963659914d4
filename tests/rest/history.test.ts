import type { Message } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Says `count` things in a conversation of their own. */
async function say(
  count: number,
  room = unique("room"),
): Promise<{ room: string; said: Message[] }> {
  const said: Message[] = [];
  for (let n = 1; n <= count; n++) {
    const sent = { user_id: "alice", content: `${n}`, conversation_id: room };
    said.push((await server.post("/messages/", sent)).body);
  }
  return { room, said };
}

/** Reads where a `Link` header leads. */
function linksOf(headers: Headers): Record<string, string> {
  const links = (headers.get("link") ?? "").matchAll(/<([^>]*)>; rel="(\w+)"/g);
  return Object.fromEntries([...links].map(([, target = "", rel = ""]) => [rel, target]));
}

/** Follows one kind of link as a browser would, and gives every page. */
async function walk(path: string, query: string, rel: string): Promise<Message[][]> {
  const pages: Message[][] = [];
  let at: string | undefined = query;
  while (at !== undefined) {
    const { body, headers }: Answer<Message[]> = await server.get(path + at);
    pages.push(body);
    at = linksOf(headers)[rel];
    expect(pages.length).toBeLessThan(100);
  }
  return pages;
}

describe("GET /messages/{conversation_id}", () => {
  it.each([0, 1, 700])("answers with all of %i messages, oldest first", async (count) => {
    const { room, said } = await say(count);
    const { status, headers, body } = await server.get(pathOf("messages", room));
    expect(status).toBe(200);
    expect(body).toEqual(said);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("link")).toBeNull();
  });

  it("answers with the newest page to a limit alone", async () => {
    const { room, said } = await say(12);
    const { body } = await server.get(`${pathOf("messages", room)}?limit=5`);
    expect(body).toEqual(said.slice(-5));
  });

  it("answers with a range to both bounds, and with nothing past either end", async () => {
    const { room, said } = await say(12);
    const path = pathOf("messages", room);
    expect((await server.get(`${path}?after=3&before=8`)).body).toEqual(said.slice(3, 7));
    expect((await server.get(`${path}?after=12`)).body).toEqual([]);
    expect((await server.get(`${path}?before=1`)).body).toEqual([]);
    expect((await server.get(`${path}?after=7&before=3`)).body).toEqual([]);
  });

  it.each([1, 3, 5, 23, 24])("is walked both ways in pages of %i", async (limit) => {
    const { room, said } = await say(23);
    const path = pathOf("messages", room);
    const back = await walk(path, `?limit=${limit}`, "prev");
    expect(back.toReversed().flat()).toEqual(said);
    const on = await walk(path, `?limit=${limit}&after=0`, "next");
    expect(on.flat()).toEqual(said);
    const range = await walk(path, `?limit=${limit}&after=4&before=20`, "next");
    expect(range.flat()).toEqual(said.slice(4, 19));
  });

  it("is the same from each page to its neighbour and back", async () => {
    const { room } = await say(23);
    const path = pathOf("messages", room);
    const newest = await server.get(`${path}?limit=5`);
    const before = await server.get(path + linksOf(newest.headers)["prev"]);
    const again = await server.get(path + linksOf(before.headers)["next"]);
    expect(again.body).toEqual(newest.body);
    expect(linksOf(newest.headers)["next"]).toBeUndefined();
  });

  it("links with the query alone, so that any host and both forms of the path will do", async () => {
    const { room } = await say(3);
    const { headers } = await server.get(`${pathOf("messages", room)}/?limit=1`);
    expect(headers.get("link")).toBe('<?limit=1&before=3>; rel="prev"');
  });

  it("is asked for again without being sent again", async () => {
    const { room } = await say(3);
    const path = `${pathOf("messages", room)}?after=0&limit=3`;
    const first = await server.get(path);
    const etag = first.headers.get("etag") ?? "";
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    const headers = { "if-none-match": etag };
    const same = await server.call("GET", path, { headers });
    expect([same.status, same.body, same.headers.get("etag")]).toEqual([304, "", etag]);

    // The page is the same, but now there is one after it.
    await say(1, room);
    const changed = await server.call("GET", path, { headers });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual(first.body);
    expect(linksOf(changed.headers)["next"]).toBeDefined();
  });
});

describe("GET /users/{user_id}/notes", () => {
  it("answers as a conversation does", async () => {
    const user = unique("user");
    const said: Message[] = [];
    for (let n = 1; n <= 7; n++) {
      said.push((await server.post("/messages/", { user_id: user, content: `${n}` })).body);
    }
    const path = pathOf("users", user, "notes");
    expect((await server.get(path)).body).toEqual(said);
    expect((await walk(path, "?limit=3", "prev")).toReversed().flat()).toEqual(said);
    expect((await server.get(pathOf("messages", user))).body).toEqual([]);
  });
});

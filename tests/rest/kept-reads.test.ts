import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { describe, expect, inject, it } from "vitest";
import { openMongoPair } from "../support/mongo-pair.ts";
import { startServer, type TestServer } from "../support/server.ts";

type Servers = Pick<TestServer, "url">[];

const json = { "content-type": "application/json" };

/** Sends what has to be taken. */
async function send(url: string, method: string, body: object): Promise<void> {
  const response = await fetch(url, { method, headers: json, body: JSON.stringify(body) });
  expect([method, url, response.status]).toEqual([method, url, expect.toSatisfy((s) => s < 300)]);
}

/** Keeps the answers of all processes, as a browser does, and asks each whether they are still the same. */
function keeping(servers: Servers, paths: readonly string[]) {
  const kept = new Map<string, { etag: string; body: unknown }>();
  return async () => {
    const answers = servers.flatMap(({ url }) =>
      paths.map(async (path) => {
        const known = kept.get(url + path);
        const headers = known ? { "if-none-match": known.etag } : {};
        const response = await fetch(url + path, { headers });
        if (response.status === 304) return [path, known?.body];
        const etag = response.headers.get("etag") ?? "";
        const body: unknown = await response.json();
        kept.set(url + path, { etag, body });
        return [path, body];
      }),
    );
    return Promise.all(answers);
  };
}

/** Marks and sets by each process in turn, and sees it at all of them at once. */
async function expectNothingStale(servers: Servers): Promise<void> {
  const [room, ann] = [randomUUID(), randomUUID()];
  const urlOf = (turn: number) => servers[turn % servers.length]?.url ?? "";
  await send(`${urlOf(0)}/conversations/`, "POST", { id: room, user_ids: [ann, "bob"] });
  const message = { user_id: "bob", content: "x", conversation_id: room, mentions: [ann] };
  const paths = [
    `/conversations/${ann}?limit=5`,
    `/conversations/${ann}?unread=true`,
    `/messages/${room}/reads`,
    `/users/${ann}/unread`,
    `/conversations/by-id/${room}`,
  ];
  const read = keeping(servers, paths);
  for (let turn = 1; turn <= 8; turn++) {
    const at = `${urlOf(turn)}/messages/${room}/reads/${ann}`;
    const expectUnread = async (unread_count: number, read_seq: number) => {
      const messages = unread_count;
      const item = { id: room, unread_count, mention_count: unread_count, read_seq };
      for (const [path, body] of await read()) {
        const expected = [
          [item],
          unread_count > 0 ? [item] : [],
          [
            { user_id: ann, read_seq },
            { user_id: "bob", read_seq: turn },
          ],
          { conversations: Math.min(messages, 1), messages, mentions: messages },
          { id: room, last_seq: turn },
        ][paths.indexOf(String(path))];
        expect([turn, path, body]).toMatchObject([turn, path, expected]);
      }
    };
    await send(`${urlOf(turn)}/messages/`, "POST", message);
    await expectUnread(1, turn - 1);
    await send(at, "PUT", { read_seq: turn });
    await expectUnread(0, turn);
    await send(at, "PUT", { unread_from: 1 });
    await expectUnread(turn, 0);
    await send(at, "PUT", { read_seq: turn });
    await expectUnread(0, turn);
    const title = randomUUID();
    await send(`${urlOf(turn)}/conversations/by-id/${room}`, "PATCH", { title });
    const shown = (await read()).filter(([path]) => path === paths[0] || path === paths[4]);
    expect(shown.map(([, body]) => [body].flat()[0])).toEqual(
      shown.map(() => expect.objectContaining({ title })),
    );
  }
}

describe("a mark is never answered with what was kept", () => {
  it("on SQLite", async () => {
    await using server = await startServer({ store: openSqliteStore(":memory:") });
    await expectNothingStale([server]);
  });

  it.each(inject("mongoDeployments"))(
    "on MongoDB $name, of two processes",
    async ({ uri }) => {
      await using pair = await openMongoPair(uri);
      await expectNothingStale(pair.servers);
    },
    120_000,
  );
});

import { randomUUID } from "node:crypto";
import { type ChatStore, type ErasureMode, eraseUser } from "@chatnest/db";
import { describe, expect, inject, it } from "vitest";
import { append } from "../support/append.ts";
import { openMongoPair } from "../support/mongo-pair.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";

const room = "room";
const secret = "what ann has said";

/** All paths that show something of the conversation, without a stream. */
const paths = [
  `/messages/${room}`,
  `/messages/${room}?limit=50`,
  `/messages/${room}?limit=50&deleted=include`,
  `/messages/${room}?limit=50&view=main`,
  `/messages/${room}?limit=2&before=4`,
  ...[1, 2, 3, 4].flatMap((seq) => [
    `/messages/${room}/${seq}`,
    `/messages/${room}/${seq}/versions`,
    `/messages/${room}/${seq}/reactions`,
  ]),
  `/messages/${room}/log`,
  `/messages/${room}/log?limit=3`,
  `/messages/${room}/reads`,
  `/conversations/by-id/${room}`,
  "/conversations/bob?messages=50",
  "/conversations/bob?messages=1",
];
const streams = [
  `/messages/${room}/events?after=0`,
  `/messages/${room}/events?after=0&entries=all`,
  `/messages/${room}/events?after=3&entries=all`,
];

const ids = { conversation_id: room };

/** Stores what ann says, what is said to her, and a note. Returns her id. */
async function fill(store: ChatStore): Promise<string> {
  const ann = `ann-${randomUUID()}`;
  const as = (user_id: string) => ({ ...ids, id: randomUUID(), user_id });
  await append(store, { ...as(ann), content: secret, mentions: ["bob"] });
  await append(store, { ...as("bob"), content: "to her", mentions: [ann] });
  await append(store, { ...as(ann), content: `${secret} again`, thread_seq: 2 });
  await append(store, { ...as("bob"), content: "last" });
  const change = { kind: "edit", target_seq: 1 } as const;
  await store.log.append({ ...as(ann), ...change, content: `${secret}, corrected` });
  const reaction = { kind: "reaction", target_seq: 2, key: "+1", added: true } as const;
  await store.log.append({ ...as(ann), ...reaction });
  await store.log.append({ ...as("bob"), ...reaction });
  await append(store, { ...as(ann), conversation_id: null, content: secret });
  return ann;
}

/** Reads all that a server shows, twice, so that it keeps what it keeps. */
async function readAll({ url }: TestServer): Promise<string> {
  const texts = await Promise.all(
    [...paths, ...paths].map(async (path) => {
      const response = await fetch(url + path);
      // What only messages have that are not deleted is gone.
      expect([path, response.status]).toEqual([path, expect.toBeOneOf([200, 404])]);
      return `${path} ${await response.text()}`;
    }),
  );
  return texts.join("\n");
}

/** Reads the events of the conversation from old positions. */
async function readStreams({ url, store }: TestServer): Promise<string> {
  const heads = await store.log.heads([`c:${room}`]);
  const last = heads.get(`c:${room}`)?.seq ?? 0;
  const told = await Promise.all(
    streams.map(async (path) => {
      await using reader = await SseReader.open(url + path);
      if (path.includes("all")) {
        await reader.until(({ lastEventId = "" }) => lastEventId.endsWith(`-${last}`), 15_000);
      } else {
        await reader.until(({ events }) => events.length > 1, 15_000);
      }
      return JSON.stringify(reader.events);
    }),
  );
  return told.join("\n");
}

/** The positions of the entries that came, as they came. */
function positionsIn({ events }: SseReader): number[] {
  const ids = events.flatMap(({ id }) => id ?? []);
  return ids.map((id) => Number(id.split("-")[1])).slice(1);
}

/** Checks that nothing of her is shown by any path of any server, within the time that others may take to learn of it. */
async function expectForgotten(
  servers: readonly TestServer[],
  { ann, mode }: { ann: string; mode: ErasureMode },
): Promise<void> {
  for (const server of servers) {
    const isShown = (text: string) =>
      text.includes(ann) || (mode === "delete" && text.includes(secret));
    await until(async () => !isShown(await readAll(server)), {
      timeoutMs: 6_000,
      what: "no page shows her",
    });
    await until(async () => !isShown(await readStreams(server)), {
      timeoutMs: 6_000,
      what: "no stream shows her",
    });
    const notes = await (await fetch(`${server.url}/users/${ann}/notes`)).json();
    expect(notes).toEqual([]);
  }
}

const modes: ErasureMode[] = ["delete", "anonymize"];

describe.each(inject("mongoDeployments"))("two servers on MongoDB $name", ({ uri }) => {
  it.each(modes)(
    "forget a user whom one of them erases (%s)",
    async (mode) => {
      await using pair = await openMongoPair(uri);
      const { stores, servers } = pair;
      const ann = await fill(stores[0]);
      await using early = await SseReader.open(`${servers[1]?.url}${streams[1]}`);
      await early.until(({ events }) => events.length > 7, 15_000);
      for (const server of servers) {
        expect(await readAll(server)).toContain(ann);
        expect(await readStreams(server)).toContain(secret);
      }
      await eraseUser(stores[0], { user_id: ann, mode }, { settleMs: 0 });
      await expectForgotten(servers, { ann, mode });
      // A follower goes on where it is.
      await append(stores[0], { ...ids, id: randomUUID(), user_id: "bob", content: "after that" });
      await early.until(
        (reader) => JSON.stringify(reader.events.at(-1)).includes("after that"),
        15_000,
      );
      const ends = positionsIn(early);
      expect(ends).toEqual(ends.map((_, n) => n + 1));
    },
    60_000,
  );
});

describe("a server on the embedded store", () => {
  it.each(modes)("forgets a user who is erased (%s)", async (mode) => {
    await using server = await startServer();
    const ann = await fill(server.store);
    await using early = await SseReader.open(`${server.url}${streams[1]}`);
    await early.until(({ events }) => events.length > 7);
    expect(await readAll(server)).toContain(ann);
    await eraseUser(server.store, { user_id: ann, mode });
    const shown = `${await readAll(server)} ${await readStreams(server)}`;
    expect(shown).not.toContain(ann);
    if (mode === "delete") expect(shown).not.toContain(secret);
    await append(server.store, { ...ids, id: randomUUID(), user_id: "bob", content: "after that" });
    await early.until((reader) => JSON.stringify(reader.events.at(-1)).includes("after that"));
    const ends = positionsIn(early);
    expect(ends).toEqual(ends.map((_, n) => n + 1));
  });
});

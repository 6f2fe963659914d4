import { randomUUID } from "node:crypto";
import type { Document } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { type StoreEvent, watchChannel } from "../src/index.ts";
import { listen } from "./listen.ts";
import { send } from "./log.ts";
import { newMessage, newMessages } from "./make.ts";
import { newDatabase } from "./mongo-database.ts";

const deployments = inject("mongoDeployments");
const replicaSets = deployments.filter(({ name }) => name !== "standalone");
const standalones = deployments.filter(({ name }) => name === "standalone");

describe.each(replicaSets)("MongoDB $name watch", ({ uri }) => {
  it("hears of what another process stores", async () => {
    await using pair = await openPair(uri);
    const { here, there, heard } = pair;
    const sent = newMessages(30, { conversation_id: "room", user_id: "ann" });
    for (const message of sent) await send(there, message);
    await there.members.leave({ conversation_id: "room", user_id: "ann" });
    await expect.poll(() => heard().at(-1)?.kind).toBe("left");
    const messages = heard().flatMap((event) => (event.kind === "entry" ? [event.entry] : []));
    expect(messages.map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
    expect(messages).toEqual(await here.log.page("c:room", { limit: 100, from: "oldest" }));
    expect(heard()).toContainEqual({ kind: "joined", conversation_id: "room", user_id: "ann" });
  });

  it("hears of a membership that another process changes", async () => {
    await using pair = await openPair(uri);
    const member = { conversation_id: "room", user_id: "ann" };
    await send(pair.there, newMessage(member));
    await pair.db
      .collection<{ _id: string }>("chat_members")
      .updateOne({ _id: "ann\nroom" }, { $set: { role: "owner" } });
    await expect.poll(pair.heard).toContainEqual({ kind: "updated", ...member });
  });

  it("resumes where it was cut off, without a gap", async () => {
    await using pair = await openPair(uri);
    await send(pair.there, newMessage({ conversation_id: "room", user_id: "ann" }));
    await expect.poll(() => pair.heard().length).toBeGreaterThan(0);
    await pair.fail({ failCommands: ["getMore", "aggregate"], closeConnection: true }, 4);
    const sent = newMessages(20, { conversation_id: "room", user_id: "bob" });
    for (const message of sent) await send(pair.there, message);
    const idsHeard = () =>
      pair.heard().flatMap((event) => (event.kind === "entry" ? [event.entry.id] : []));
    const all = expect.arrayContaining(sent.map(({ id }) => id));
    await expect.poll(idsHeard).toEqual(all);
  });

  it.each([260, 280, 286])(
    "says that events were missed when its place in the log is lost (error %i)",
    { timeout: 40_000 },
    async (errorCode) => {
      await using pair = await openPair(uri);
      const before = pair.missed();
      await pair.fail({ failCommands: ["getMore"], errorCode }, 1);
      await expect.poll(pair.missed).toBeGreaterThan(before);
      await send(pair.there, newMessage({ conversation_id: "after" }));
      await expect.poll(() => pair.heard().some(isAfter)).toBe(true);
    },
  );

  it("is degraded within 15 s of silence, and live again when it hears again", {
    timeout: 60_000,
  }, async () => {
    using published = listen(watchChannel);
    const states = () =>
      published.messages.flatMap((message) => (message.kind === "state" ? message.state : []));
    await using pair = await openPair(uri);
    const silence = { failCommands: ["getMore", "aggregate"], errorCode: 91 };
    await pair.fail(silence, "always");
    try {
      const state = () => pair.here.watchState();
      await expect.poll(state).toBe("degraded");
      // It is found out at the next try to reopen.
      await expect.poll(() => states().at(-1)).toBe("degraded");
    } finally {
      await pair.fail(silence, "never");
    }
    await expect.poll(() => pair.here.watchState()).toBe("live");
    expect(states().at(-1)).toBe("live");
  });

  it("goes on behind a document that is none of ours, and says that something was missed", async () => {
    await using pair = await openPair(uri);
    const before = pair.missed();
    await pair.db.collection("chat_messages").insertOne({ seq: 1, stream: "x" });
    await send(pair.there, newMessage({ conversation_id: "after" }));
    await expect.poll(() => pair.heard().some(isAfter)).toBe(true);
    expect(pair.missed()).toBe(before + 1);
    expect(pair.here.watchState()).toBe("live");
  });

  it("misses nothing when a collection of somebody else is dropped or renamed", async () => {
    await using pair = await openPair(uri);
    const before = pair.missed();
    const { db } = pair;
    for (const name of ["reports", "reports-new"]) await db.collection(name).insertOne({});
    await db.renameCollection("reports-new", "reports", { dropTarget: true });
    await db.dropCollection("reports");
    await send(pair.there, newMessage({ conversation_id: "after" }));
    await expect.poll(() => pair.heard().some(isAfter)).toBe(true);
    expect(pair.missed()).toBe(before);
  });

  it("says that events were missed when a collection is dropped", async () => {
    await using pair = await openPair(uri);
    const before = pair.missed();
    await pair.db.dropCollection("chat_members");
    await expect.poll(pair.missed).toBeGreaterThan(before);
  });
});

describe.each(standalones)("MongoDB $name watch", ({ uri }) => {
  it("says that it is alone, and hears of its own messages", async () => {
    await using pair = await openPair(uri, "alone");
    expect(pair.here.watchState()).toBe("alone");
    await send(pair.here, newMessage({ conversation_id: "after" }));
    expect(pair.heard().some(isAfter)).toBe(true);
  });
});

function isAfter(event: StoreEvent): boolean {
  return event.kind === "entry" && event.entry.conversation_id === "after";
}

/** Opens two stores on one new database, of which one listens. */
async function openPair(uri: string, state = "live") {
  const database = newDatabase(uri);
  const appName = randomUUID();
  const [here, there] = [await database.open(appName), await database.open()];
  const events: StoreEvent[] = [];
  here.watch((event) => events.push(event));
  const missed = () => events.filter(({ kind }) => kind === "missed").length;
  await expect.poll(() => here.watchState()).toBe(state);

  return {
    db: database.db,
    here,
    there,
    missed,
    heard: () => events.filter(({ kind }) => kind !== "missed"),
    /** Makes the listening store's next commands fail. */
    fail(data: Document, times: number | "always" | "never"): Promise<void> {
      const mode = { always: "alwaysOn", never: "off" } as const;
      const wanted = typeof times === "number" ? { times } : mode[times];
      return database.failCommand(wanted, { ...data, appName });
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

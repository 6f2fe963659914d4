import { randomUUID } from "node:crypto";
import { openMongoStore, openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { createContext, trustedCaller } from "./context.ts";
import { ChatError } from "./errors.ts";
import { createCaller } from "./root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

const body = { user_id: "alice", content: "hi", conversation_id: "room" };

describe("a send while the store is unavailable", () => {
  it("fails with the chosen id", async () => {
    await using away = openAway();
    const id = randomUUID();
    await expect(away.api.messages.send({ ...body, id })).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      cause: { code: "unavailable", id },
    });
  });

  it("fails with a generated id, new each time, with which a repeat is stored once", async () => {
    await using away = openAway();
    const ids = [await lostId(away.api), await lostId(away.api)];
    expect(new Set(ids).size).toBe(2);
    const [id = ""] = ids;
    const repeat = { ...body, conversation_id: randomUUID(), id };
    expect((await api.messages.send(repeat)).created).toBe(true);
    expect((await api.messages.send(repeat)).created).toBe(false);
  });

  it("fails with an id for a note, too", async () => {
    await using away = openAway();
    const note = away.api.notes.send({ user_id: "alice", content: "hi" });
    await expect(note).rejects.toMatchObject({
      cause: { code: "unavailable", id: expect.stringMatching(/^[A-Za-z0-9_-]{8,64}$/) },
    });
  });

  it("fails with the id once the store is closed", async () => {
    const closed = openSqliteStore(":memory:");
    await closed.close();
    const caller = createCaller(createContext({ store: closed, caller: trustedCaller }));
    const id = randomUUID();
    await expect(caller.messages.send({ ...body, id })).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      cause: { code: "unavailable", id },
    });
  });

  it("does not show where the store is", async () => {
    await using away = openAway();
    const error = await away.api.messages.send(body).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.not.stringMatching(/mongo|127/i) });
  });

  it("has no id when the id is taken", async () => {
    const sent = { ...body, id: randomUUID(), conversation_id: randomUUID() };
    await api.messages.send(sent);
    await expect(api.messages.send({ ...sent, content: "other" })).rejects.toMatchObject({
      cause: { code: "conflict", id: undefined },
    });
  });
});

// Nothing listens on this port: it is a store that is never reached.
function openAway() {
  const away = openMongoStore({ uri: "mongodb://127.0.0.1:1" });
  return {
    api: createCaller(createContext({ store: away, caller: trustedCaller })),
    [Symbol.asyncDispose]: () => away.close(),
  };
}

async function lostId(caller: typeof api): Promise<string> {
  const error = await caller.messages.send(body).catch((thrown: unknown) => thrown);
  const id =
    error instanceof Error && error.cause instanceof ChatError ? error.cause.id : undefined;
  return id ?? "";
}

import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { createLive, trustedCaller } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { limitLive, StreamSlots } from "./stream-slots.ts";
import { WebAnswer } from "./web-answer.ts";

const store = openSqliteStore(":memory:");
const live = createLive(store);
afterAll(async () => {
  live.close();
  await store.close();
});

const { signal } = new AbortController();
const room = { conversation_id: "room" };

/** Opens responses that share slots. */
function openResponses(limits: ConstructorParameters<typeof StreamSlots>[0]) {
  const slots = new StreamSlots(limits);
  return () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const limited = limitLive(live, slots, { caller: trustedCaller, endingOf: () => response });
    return {
      followRoom: () => limited.followConversation(room, signal),
      followUser: (user_id: string) => limited.followUser({ user_id }, signal),
      close: () => response.emit("close"),
    };
  };
}

const refused = expect.objectContaining({ code: "unavailable" });

describe("a slot", () => {
  it("is held until the response is closed", () => {
    const open = openResponses({ perProcess: 1 });
    const [first, second] = [open(), open()];
    first.followRoom();
    expect(second.followRoom).toThrow(refused);
    expect(() => second.followUser("ann")).toThrow(refused);
    first.close();
    first.close();
    second.followRoom();
    expect(first.followRoom).toThrow(refused);
  });

  it("is one of a user's, where a user is followed", () => {
    const open = openResponses({ perUser: 1 });
    const [first, second] = [open(), open()];
    first.followUser("ann");
    expect(() => second.followUser("ann")).toThrow(refused);
    second.followUser("bob");
    second.followRoom();
    first.close();
    open().followUser("ann");
  });

  it("is not taken for a response that is closed already", async () => {
    const slots = new StreamSlots({ perProcess: 1 });
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    response.destroy();
    await expect.poll(() => response.closed).toBe(true);
    limitLive(live, slots, { caller: trustedCaller, endingOf: () => response }).followConversation(
      room,
      signal,
    );
    expect(() => slots.take()).not.toThrow();
  });

  it("is held until a web stream is closed, where that carries the answer", () => {
    const slots = new StreamSlots({ perProcess: 1 });
    const answer = new WebAnswer(signal);
    const limited = limitLive(live, slots, { caller: trustedCaller, endingOf: () => answer });
    limited.followConversation(room, signal);
    expect(() => slots.take()).toThrow(refused);
    answer.close();
    expect(slots.taken).toBe(0);
  });
});

const ann = { kind: "user", user_id: "ann", expiresAt: 0 } as const;
const full = expect.objectContaining({ code: "unavailable" });

it("counts a token's streams by its user, whosever they are", () => {
  const slots = new StreamSlots({ perUser: 2 });
  slots.takeFor(ann);
  const free = slots.takeFor({ ...ann, expiresAt: 1 }, "bob");
  expect(() => slots.takeFor(ann)).toThrow(full);
  slots.takeFor({ ...ann, user_id: "bob" });
  free();
  slots.takeFor(ann);
});

it.each(["key", "trusted"] as const)("counts those of a %s by the user that it names", (kind) => {
  const slots = new StreamSlots({ perUser: 1, perProcess: 10 });
  slots.takeFor({ kind }, "ann");
  expect(() => slots.takeFor({ kind }, "ann")).toThrow(full);
  expect(() => slots.takeFor(ann)).toThrow(full);
  for (let taken = 1; taken < 10; taken++) slots.takeFor({ kind });
  expect(() => slots.takeFor({ kind })).toThrow(full);
});

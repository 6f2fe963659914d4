import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { createLive } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { limitLive, StreamSlots } from "./stream-slots.ts";

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
    const limited = limitLive(live, slots, response);
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
    limitLive(live, slots, response).followConversation(room, signal);
    expect(() => slots.take()).not.toThrow();
  });

  it("is not needed off the network", () => {
    const slots = new StreamSlots({ perProcess: 0 });
    const limited = limitLive(live, slots, undefined);
    expect(() => limited.followConversation(room, signal)).not.toThrow();
  });
});

import { createChatClient } from "@chatnest/client";
import { describe, expect, it } from "vitest";
import { startGuarded } from "../auth/guarded.ts";
import { createSigningKey, signBy, startKeyServer, toJwk } from "../auth/key-server.ts";
import { Heard } from "../sdk/heard.ts";
import { SseReader } from "../support/sse-reader.ts";

const key = createSigningKey("ES256", "ec");

/** Starts a server whose key set cannot be read until its keys are published. */
async function startAway() {
  const stack = new AsyncDisposableStack();
  const keys = stack.use(await startKeyServer());
  keys.answer = (response) => response.writeHead(500).end();
  const tokens = { key: { jwksUrl: keys.url } };
  const server = stack.use(await startGuarded({ apiKeys: [], tokens }));
  await server.store.conversations.create({ id: "tea", user_ids: ["ann"] });
  const authorization = await signBy(key);
  return { keys, server, authorization, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("a stream whose token cannot be verified now", () => {
  it.each(["/messages/tea/events", "/users/ann/events/"])(
    "is told to come back, and not by a status: %s",
    async (path) => {
      await using running = await startAway();
      const { server, authorization } = running;
      await using reader = await SseReader.open(server.url + path, { headers: { authorization } });
      await reader.ended;
      const { status, headers } = reader.response;
      expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream"]);
      expect([headers.get("cache-control"), headers.get("retry-after")]).toEqual([
        "no-store, no-transform",
        null,
      ]);
      expect(headers.get("x-request-id")).toBeTruthy();
      const detail = "user tokens cannot be verified; try again";
      expect(reader.events).toEqual([
        { event: "unavailable", data: { code: "unavailable", detail } },
      ]);
      expect(reader.retries[0]).toBeGreaterThanOrEqual(2_000);
    },
  );

  it("is told by a status where its token is wrong, and so is what is no stream", async () => {
    await using running = await startAway();
    const { server, authorization } = running;
    const statusOf = async (path: string, credential: string) =>
      (await fetch(server.url + path, { headers: { authorization: credential } })).status;
    expect(await statusOf("/messages/tea/events", "Bearer wrong")).toBe(401);
    // Both are ids here.
    expect(await statusOf("/messages/events", authorization)).toBe(503);
    expect(await statusOf("/conversations/events", authorization)).toBe(503);
  });

  it("begins in the SDK when the key set is back", async () => {
    await using running = await startAway();
    const { keys, server, authorization } = running;
    const token = authorization.replace("Bearer ", "");
    const heard = new Heard();
    const subscription = createChatClient({ url: server.url, token })
      .conversation("tea")
      .subscribe(heard);
    await heard.until(({ states }) => states.some(({ status }) => status === "offline"));
    keys.publish([toJwk(key)]);
    await heard.until(({ statuses }) => statuses.at(-1) === "live", 40_000);
    subscription.close();
  }, 60_000);
});

import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { createContext, trustedCaller } from "./context.ts";
import { createLive } from "./live/index.ts";
import { createCaller } from "./root.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

describe("a context", () => {
  it("has the parts that it is given", () => {
    const live = createLive(store);
    const parts = {
      store,
      live,
      caller: trustedCaller,
      requestId: "request-1",
      countSend: () => {},
    };
    expect(createContext(parts)).toEqual(parts);
    live.close();
  });

  it("gets a request id of its own when none is given", () => {
    const [one, other] = [1, 2].map(() => createContext({ store, caller: trustedCaller }));
    expect(one?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(one?.requestId).not.toBe(other?.requestId);
  });

  it("without a live part refuses to follow anything", async () => {
    const api = createCaller(createContext({ store, caller: trustedCaller }));
    for (const following of [
      await api.live.conversation({ conversation_id: "room" }),
      await api.live.user({ user_id: "ann" }),
    ]) {
      await expect(following[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: "SERVICE_UNAVAILABLE",
        cause: { code: "unavailable", message: "following is not available here" },
      });
    }
  });
});

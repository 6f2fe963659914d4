import { type ChatStore, openSqliteStore, StoreError } from "@chatnest/db";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import { createCaller } from "./root.ts";
import { type StoreFailureMessage, storeFailureChannel } from "./store-failures.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

let codes: string[] = [];
const listener = ({ code }: StoreFailureMessage) => void codes.push(code);
beforeEach(() => {
  codes = [];
  storeFailureChannel.subscribe(listener);
});
afterEach(() => storeFailureChannel.unsubscribe(listener));

function callerOver(own: ChatStore) {
  return createCaller(createContext({ store: own, caller: trustedCaller }));
}

const message = { user_id: "ann", content: "hi", conversation_id: "tea", id: "message-1" };

it("publishes what the store refuses, by its code", async () => {
  const call = callerOver(store);
  await call.messages.send(message);
  await expect(call.messages.send({ ...message, content: "other" })).rejects.toThrow();
  expect(codes).toEqual(["conflict"]);
});

it.each([
  ["unavailable", new StoreError("unavailable", "away")],
  ["unknown", new TypeError("a bug")],
] as const)("publishes that a call failed in the store: %s", async (code, error) => {
  const failing: ChatStore = {
    ...store,
    log: { ...store.log, append: () => Promise.reject(error) },
  };
  await expect(callerOver(failing).messages.send(message)).rejects.toThrow();
  expect(codes).toEqual([code]);
});

it("publishes nothing about wrong input, nor about what the rules refuse", async () => {
  const call = callerOver(store);
  await expect(call.messages.send({ ...message, content: "" })).rejects.toThrow();
  await expect(call.messages.get({ conversation_id: "tea", seq: 99 })).rejects.toThrow();
  expect(codes).toEqual([]);
});

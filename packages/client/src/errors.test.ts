import { expect, test, vi } from "vitest";
import { ChatError, isChatError } from "./errors.ts";

test("tells a ChatError from other errors", () => {
  expect(isChatError(new ChatError("conflict", "taken"))).toBe(true);
  expect(isChatError(new Error("taken"))).toBe(false);
  expect(isChatError({ name: "ChatError", code: "conflict" })).toBe(false);
  expect(isChatError(undefined)).toBe(false);
});

test("tells one code from another", () => {
  const error = new ChatError("conflict", "taken");
  expect(isChatError(error, "conflict")).toBe(true);
  expect(isChatError(error, "not_found")).toBe(false);
});

test("carries its details, and no cause when there is none", () => {
  const cause = new Error("gone");
  expect(new ChatError("network", "away", { cause, id: "greeting-1" })).toMatchObject({
    message: "away",
    id: "greeting-1",
    cause,
  });
  const bare = new ChatError("network", "away", { cause: undefined });
  expect(bare).not.toHaveProperty("cause");
  expect(bare.issues).toEqual([]);
});

test("knows the errors of another copy of the client", async () => {
  vi.resetModules();
  const copy = await import("./errors.ts");
  const error: unknown = new copy.ChatError("conflict", "taken");
  expect(error).not.toBeInstanceOf(ChatError);
  expect(isChatError(error, "conflict")).toBe(true);
  expect(isChatError(error, "not_found")).toBe(false);
});

import { expect, it } from "vitest";
import type { ChatNestOptions } from "../create-chatnest.ts";
import { checkOptions } from "./mount-options.ts";

const store = { sqlite: ":memory:" };
const authenticate = () => null;
const credentials = { apiKeys: ["k".repeat(32)] };

it.each([
  [{ store, authenticate }],
  [{ store, credentials }],
  [{ store, trust: "everyone" }],
  [{ store, authenticate, basePath: "/a/chat", hookTimeoutMs: 10_000, hooks: { on: {} } }],
])("accepts %j", (options) => {
  checkOptions(options as ChatNestOptions);
});

it.each([
  [{ authenticate }, "store"],
  [{ store: "chatnest.db", authenticate }, "store"],
  [{ store }, "say who is let in"],
  [{ store, trust: "nobody" }, "say who is let in"],
  [{ store, authenticate, trust: "everyone" }, "exclude each other"],
  [{ store, authenticate, credentials }, "exclude each other"],
  [{ store, trust: "all" }, "trust"],
  [{ store, authenticate, basePath: "chat" }, "basePath"],
  [{ store, authenticate, basePath: "/chat/" }, "basePath"],
  [{ store, authenticate, basePath: '/"><script>' }, "basePath"],
  [{ store, authenticate, hookTimeoutMs: 0 }, "hookTimeoutMs"],
  [{ store, authenticate, hookTimeoutMs: 60_000 }, "hookTimeoutMs"],
  [{ store, authenticate, hooks: { before: { sned() {} } } }, "hooks.before: there is no sned"],
  [{ store, authenticate, hooks: { after: {} } }, "hooks: there is no after"],
])("refuses %j", (options, text) => {
  expect(() => checkOptions(options as unknown as ChatNestOptions)).toThrow(text);
});

import { expect, it } from "vitest";
import type { ChatNestOptions } from "./mount-options.ts";
import { checkOptions } from "./mount-options.ts";

const store = { sqlite: ":memory:" };
const authenticate = () => null;
const apiKey = "k".repeat(32);
const credentials = { apiKeys: [apiKey] };

function withTokens(key: unknown, more: object = {}) {
  return { store, credentials: { apiKeys: [], tokens: { key, ...more } } };
}

it.each([
  [{ store, authenticate }],
  [{ store, credentials }],
  [{ store, trust: "everyone" }],
  [withTokens({ secret: apiKey })],
  [withTokens({ jwksUrl: "https://issuer.example/keys" }, { audience: "chat" })],
  [{ store, authenticate, corsOrigins: ["https://chat.example", "capacitor://localhost"] }],
  [{ store, authenticate, sendsPerSecond: 0, proxyHops: 2 }],
  [{ store: { ping() {} }, authenticate }],
  [{ store, authenticate, hooks: undefined }],
  [{ store, authenticate, basePath: "/a/chat", hookTimeoutMs: 10_000, hooks: { on: {} } }],
])("accepts %j", (options) => {
  checkOptions(options as ChatNestOptions);
});

it.each([
  [{ authenticate }, "store"],
  [undefined, "createChatNest: must be an object"],
  [{ store, authenticate, hook: {} }, "there is no hook"],
  [{ store: "chatnest.db", authenticate }, "store"],
  [{ store: {}, authenticate }, "store"],
  [{ store: { sqlite: undefined }, authenticate }, "store"],
  [{ store: { sqlite: "" }, authenticate }, "store"],
  [{ store: { mongodb: undefined }, authenticate }, "store"],
  [{ store, authenticate: null }, "authenticate: must be a function"],
  [{ store, authenticate: "ann" }, "authenticate: must be a function"],
  [{ store, credentials: null }, "credentials.apiKeys"],
  [{ store, credentials: {} }, "credentials.apiKeys"],
  [{ store, credentials: { apiKeys: [] } }, "nobody is let in"],
  [{ store, credentials: { apiKeys: apiKey } }, "credentials.apiKeys"],
  [{ store, credentials: { apiKeys: [undefined] } }, "credentials.apiKeys"],
  [{ store, credentials: { apiKeys: [apiKey, "short"] } }, "credentials.apiKeys"],
  [withTokens(undefined), "credentials.tokens.key"],
  [withTokens({ secret: "" }), "credentials.tokens.key"],
  [withTokens({ secret: "short" }), "credentials.tokens.key"],
  [withTokens({ secret: apiKey, jwksUrl: "https://issuer.example" }), "credentials.tokens.key"],
  [withTokens({ jwksUrl: "http://issuer.example/keys" }), "credentials.tokens.key"],
  [withTokens({ secret: apiKey }, { audience: "" }), "credentials.tokens.audience"],
  [{ store }, "say who is let in"],
  [{ store, trust: "nobody" }, "say who is let in"],
  [{ store, authenticate, trust: "everyone" }, "exclude each other"],
  [{ store, authenticate, credentials }, "exclude each other"],
  [{ store, trust: "all" }, "trust"],
  [{ store, authenticate, basePath: "chat" }, "basePath"],
  [{ store, authenticate, basePath: "/chat/" }, "basePath"],
  [{ store, authenticate, basePath: '/"><script>' }, "basePath"],
  [{ store, authenticate, basePath: "/a/../b" }, "basePath"],
  [{ store, authenticate, corsOrigins: "https://chat.example.com" }, "corsOrigins"],
  [{ store, authenticate, corsOrigins: ["*"] }, "corsOrigins"],
  [{ store, authenticate, sendsPerSecond: Number.NaN }, "sendsPerSecond"],
  [{ store, authenticate, sendsPerSecond: -1 }, "sendsPerSecond"],
  [{ store, authenticate, proxyHops: -1 }, "proxyHops"],
  [{ store, authenticate, hooks: null }, "hooks: must be an object"],
  [{ store, authenticate, hooks: { before: { send: true } } }, "hooks.before.send"],
  [{ store, authenticate, hooks: { on: { message: "x" } } }, "hooks.on.message"],
  [{ store, authenticate, hookTimeoutMs: 0 }, "hookTimeoutMs"],
  [{ store, authenticate, hookTimeoutMs: 60_000 }, "hookTimeoutMs"],
  [{ store, authenticate, hooks: { before: { sned() {} } } }, "hooks.before: there is no sned"],
  [{ store, authenticate, hooks: { after: {} } }, "hooks: there is no after"],
])("refuses %j", (options, text) => {
  expect(() => checkOptions(options as unknown as ChatNestOptions)).toThrow(text);
});

import { expect, it } from "vitest";
import { createPatternOf, toMethod } from "./answered.ts";

it.each([
  ["/livez", "/livez", "/livez"],
  ["/messages/:conversation_id", "/messages/tea", "/messages/{conversation_id}"],
  ["/messages/:conversation_id/:seq", "/messages/tea/1", "/messages/{conversation_id}/{seq}"],
  ["/trpc/*", "/trpc/messages.send", "/trpc/messages.send"],
  ["/trpc/*", "/trpc/messages.send,messages.page", "/trpc/batch"],
  ["/trpc/*", "/trpc/geheim", "/trpc/*"],
  ["/trpc/*", "/trpc/geheim,geheim", "/trpc/batch"],
  [undefined, "/geheim", "unmatched"],
])("counts what %s serves: %s", (registered, path, pattern) => {
  expect(createPatternOf(registered)(path)).toBe(pattern);
});

it.each([
  ["GET", "GET"],
  ["DELETE", "DELETE"],
  ["PROPFIND", "OTHER"],
  ["geheim", "OTHER"],
])("counts the method %s as %s", (method, counted) => {
  expect(toMethod(method)).toBe(counted);
});

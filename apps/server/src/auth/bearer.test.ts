import { expect, it } from "vitest";
import { readBearer } from "./bearer.ts";

it.each([
  ["Bearer abc", "abc"],
  ["bearer abc", "abc"],
  ["BEARER abc", "abc"],
  ["Bearer   abc", "abc"],
  ["Bearer a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="],
  [`Bearer ${"x".repeat(8_192)}`, "x".repeat(8_192)],
])("reads the token of %.20s", (header, token) => {
  expect(readBearer(header)).toBe(token);
});

it.each([
  "",
  "Bearer",
  "Bearer ",
  "Bearerabc",
  "Bearer\tabc",
  "Bearer\u00a0abc",
  " Bearer abc",
  "Bearer abc ",
  "Bearer a b",
  "Bearer a, Bearer b",
  "Bearer a,",
  ", Bearer a",
  "Bearer =",
  "Bearer a=b",
  'Bearer "abc"',
  "Bearer abc\0",
  "Bearer äbc",
  "Basic abc",
  "Token abc",
  "abc",
  "Bearer Bearer abc",
  `Bearer ${"x".repeat(8_193)}`,
])("reads none of %.20j", (header) => {
  expect(readBearer(header)).toBeUndefined();
});

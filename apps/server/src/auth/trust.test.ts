import { describe, expect, it } from "vitest";
import { isForwardingHeader, isLoopbackHost, isLoopbackOrigin } from "./trust.ts";

describe("a host", () => {
  it.each([
    "localhost",
    "localhost:8000",
    "LOCALHOST",
    "localhost.",
    "chat.localhost:8000",
    "a.b_c.localhost",
    "127.0.0.1",
    "127.8.9.255:1",
    "[::1]",
    "[::1]:8000",
  ])("is this machine: %s", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    "",
    "example.com",
    "localhost.example.com",
    "notlocalhost",
    "127.0.0.1.example.com",
    "127.0.0.1.nip.io:8000",
    "127.1",
    "1127.0.0.1",
    "128.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "[::2]",
    "[::1].example.com",
    "[::ffff:127.0.0.1]",
    "user@localhost",
    "localhost@example.com",
    "localhost:8000@example.com",
    "localhost/",
    "localhost\n",
    ".localhost",
  ])("is not: %j", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe("an origin", () => {
  it.each([
    "http://localhost:5173",
    "https://localhost",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
    "http://app.localhost",
  ])("is a page of this machine: %s", (origin) => {
    expect(isLoopbackOrigin(origin)).toBe(true);
  });

  it.each([
    "",
    "null",
    "http://example.com",
    "http://localhost.example.com",
    "ftp://localhost",
    "file://",
    "http://localhost://example.com",
    "chrome-extension://localhost",
  ])("is not: %j", (origin) => {
    expect(isLoopbackOrigin(origin)).toBe(false);
  });
});

it("knows the headers that only proxies add", () => {
  const names = ["forwarded", "x-forwarded-for", "x-forwarded-anything", "via", "x-real-ip"];
  expect(names.filter(isForwardingHeader)).toEqual(names);
  const ordinary = ["host", "user-agent", "accept", "content-type", "x-request-id", "origin"];
  expect(ordinary.filter(isForwardingHeader)).toEqual([]);
});

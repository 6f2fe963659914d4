import type { IncomingMessage } from "node:http";
import { ChatError } from "@chatnest/api";
import { describe, expect, it } from "vitest";
import { checkTarget, queryOf, readPath, readTarget } from "./target.ts";

function asked(url: string): { incoming: IncomingMessage } {
  return { incoming: { url } as IncomingMessage };
}

const request = new Request("http://localhost/normalized");

describe("the target of a request", () => {
  it.each([
    ["/messages/a%2Fb", "/messages/a%2Fb"],
    ["/messages/%2e%2e/x?limit=1", "/messages/%2e%2e/x?limit=1"],
    ["http://localhost:8000/messages/x?a=1", "/messages/x?a=1"],
    ["http://localhost:8000", "/"],
  ])("is read as it came: %s", (url, target) => {
    expect(readTarget(request, asked(url))).toBe(target);
  });

  it("is that of the URL off the network", () => {
    expect(readTarget(request)).toBe("/normalized");
  });

  it("falls into path and query", () => {
    expect(readPath(request, { env: asked("/messages/%41?a=1?b") })).toBe("/messages/%41");
    expect(queryOf("/messages/x?a=1?b")).toBe("a=1?b");
    expect(queryOf("/messages/x")).toBe("");
  });

  it.each(["/a/%41%C3%A9", "/a/|trey|", '/a/[x]{y}^`<>"', "/a?b=%00", "/a/+;:@!$&'()*,="])(
    "can be decoded: %s",
    (target) => {
      expect(() => checkTarget(target)).not.toThrow();
    },
  );

  it.each([
    "/a/%",
    "/a/%4",
    "/a/%zz",
    "/a/%ff",
    "/a/%C3",
    "/a/%ED%A0%80",
    "/a?b=%E0%A4",
    "/a/é",
    "/a#b",
    "/a b",
  ])("is refused where it cannot be decoded: %s", (target) => {
    expect(() => checkTarget(target)).toThrow(ChatError);
    expect(() => checkTarget(target)).toThrow(/percent-encoded/);
  });
});

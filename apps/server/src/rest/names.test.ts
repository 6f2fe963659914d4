import { describe, expect, it } from "vitest";
import { findUnserved } from "./names.ts";

type Place = Parameters<typeof findUnserved>[0][number];

function place(text: string): Place {
  const [method, path] = text.split(" ");
  return { method, path } as Place;
}

function unserved(...operations: string[]): string[] {
  return findUnserved(operations.map(place)).map(({ method, path }) => `${method} ${path}`);
}

describe("a name in a path", () => {
  it("does not answer to what only a parameter in its place answers to", () => {
    expect(unserved("GET /a/{b}/c", "PATCH /a/{b}/{d}", "DELETE /a/{b}/{d}")).toEqual([
      "PATCH /a/{b}/c",
      "DELETE /a/{b}/c",
    ]);
  });

  it("answers to what it has itself", () => {
    expect(unserved("GET /a/b", "GET /a/{b}", "PUT /a/{b}")).toEqual(["PUT /a/b"]);
  });

  it("has nothing to do with paths of another length, or that name something else", () => {
    expect(unserved("GET /a/b", "PUT /a/{b}/c", "PUT /c/{b}", "PUT /{a}/c")).toEqual([]);
    expect(unserved("GET /a/b/{c}", "POST /a/{c}/d")).toEqual([]);
  });
});

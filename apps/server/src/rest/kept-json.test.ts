import { describe, expect, it, vi } from "vitest";
import { toJsonText } from "./kept-json.ts";

describe("the JSON of a body", () => {
  it("that is frozen is written once, with an ETag for each link", () => {
    const body = Object.freeze([1]);
    const stringify = vi.spyOn(JSON, "stringify");
    const first = toJsonText(body);
    expect(toJsonText(body)).toBe(first);
    const linked = toJsonText(body, '<?after=1>; rel="next"');
    expect(linked.text).toBe("[1]");
    expect(linked.etag).not.toBe(first.etag);
    expect(toJsonText(body)).toEqual(first);
    expect(stringify).toHaveBeenCalledTimes(1);
    stringify.mockRestore();
  });

  it("that may change is written each time", () => {
    const body = [1];
    const { etag } = toJsonText(body);
    body.push(2);
    expect(toJsonText(body)).toEqual({ text: "[1,2]", etag: expect.not.stringMatching(etag) });
  });

  it("is the same whether it is kept or not", () => {
    expect(toJsonText(Object.freeze([1]), "link")).toMatchObject(toJsonText([1], "link"));
  });
});

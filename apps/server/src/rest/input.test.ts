import { ChatError } from "@chatnest/api";
import { describe, expect, it } from "vitest";
import { joinInput, readQuery, refuseQuery, toBooleans, toNumbers } from "./input.ts";
import { leaveOut } from "./left-out.ts";

/** Runs something that has to throw, and gives what it threw. */
function refused(run: () => unknown): ChatError {
  try {
    run();
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("a query", () => {
  it("is read as it is written", () => {
    expect(readQuery("/a?b=1&c=x%20y+z&d=&e")).toEqual({ b: "1", c: "x y z", d: "", e: "" });
    expect(readQuery("/a?")).toEqual({});
    expect(readQuery("/a")).toEqual({});
  });

  it("names each parameter once", () => {
    const { code, issues, message } = refused(() => readQuery("/a?b=1&c=2&b=3&%62=4&c=5"));
    expect(code).toBe("validation_failed");
    expect(issues?.map(({ path }) => path)).toEqual(["b", "c"]);
    expect(message).toBe("b: given more than once; c: given more than once");
  });

  it("has names like any other where objects have names of their own", () => {
    const query = readQuery("/a?__proto__=1&constructor=2&toString=3");
    expect(Object.keys(query)).toEqual(["__proto__", "constructor", "toString"]);
    expect(Object.getPrototypeOf(query)).toBe(Object.prototype);
  });

  it("is refused by name where there is none", () => {
    expect(() => refuseQuery({})).not.toThrow();
    expect(refused(() => refuseQuery({ limit: "1" })).issues?.[0]?.path).toBe("limit");
  });
});

describe("numbers", () => {
  const names = new Set(["n"]);

  it.each([
    ["0", 0],
    ["7", 7],
    ["-7", -7],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("are read: %s", (text, number) => {
    expect(toNumbers({ n: text }, names)).toEqual({ n: number });
  });

  it.each([
    "",
    " 1",
    "1 ",
    "01",
    "-0",
    "+1",
    "1.0",
    "1e3",
    "0x1",
    "Infinity",
    "NaN",
    "abc",
    "1_0",
    "9007199254740992",
  ])("are left as they are when they are no canonical integers: %j", (text) => {
    expect(toNumbers({ n: text }, names)).toEqual({ n: text });
  });

  it("are read only where numbers are taken", () => {
    expect(toNumbers({ id: "7" }, names)).toEqual({ id: "7" });
  });
});

describe("booleans", () => {
  const names = new Set(["b", "toString"]);

  it("are read where booleans are taken", () => {
    expect(toBooleans({ b: "true", id: "true" }, names)).toEqual({ b: true, id: "true" });
    expect(toBooleans({ b: "false" }, names)).toEqual({ b: false });
  });

  it.each(["", "1", "0", "True", " true", "yes", "null"])(
    "are left as they are when they are something else: %j",
    (text) => {
      expect(toBooleans({ b: text }, names)).toEqual({ b: text });
    },
  );
});

describe("the parts of a request", () => {
  it("are put together", () => {
    expect(joinInput({ a: 1 }, { b: 2 })).toEqual({ a: 1, b: 2 });
  });

  it("do not name twice what the path says", () => {
    const { issues } = refused(() => joinInput({ a: 1 }, { a: 1, b: 2 }));
    expect(issues).toEqual([{ path: "a", code: "unrecognized_keys", message: "the path says it" }]);
  });

  it("keep a field called __proto__ for the schema to refuse", () => {
    const joined = joinInput({ a: 1 }, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(Object.keys(joined)).toContain("__proto__");
    expect(joined["polluted"]).toBeUndefined();
    expect(Object.getPrototypeOf(joined)).toBe(Object.prototype);
  });
});

describe("a body", () => {
  it("loses the fields that count as not given", () => {
    const body = JSON.parse('{"a":1,"b":null,"c":null,"__proto__":{"d":1}}');
    const left = leaveOut(body, (name, value) => name === "a" || (name === "b" && value === null));
    expect(JSON.stringify(left)).toBe('{"c":null,"__proto__":{"d":1}}');
    expect(Object.getPrototypeOf(left)).toBe(Object.prototype);
  });

  it("is left as it is where it has none", () => {
    const body = { a: 1 };
    expect(leaveOut(body, () => false)).toBe(body);
  });
});

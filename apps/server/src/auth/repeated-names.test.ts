import { expect, it } from "vitest";
import { hasRepeatedNames } from "./repeated-names.ts";

it.each([
  '{"sub":"ann","sub":"bob"}',
  '{ "sub" : "ann" ,\n"exp":1, "sub"\t: "ann" }',
  '{"sub":"ann","s\\u0075b":"bob"}',
  '{"a":{"b":1},"a":1}',
  '{"a\\"":1,"a\\"":2}',
  '{"__proto__":1,"__proto__":2}',
])("finds a name that is repeated: %s", (json) => {
  expect(JSON.parse(json)).toBeTypeOf("object");
  expect(hasRepeatedNames(json)).toBe(true);
});

it.each([
  "{}",
  '{"sub":"ann","exp":1}',
  '{"a":"a","b":"a"}',
  '{"a":{"a":{"a":1}}}',
  '{"a":[{"b":1},{"b":2}]}',
  '{"a":"}","b":"{\\"a\\":1,","c":"[\\\\"}',
  '{"a":["a","a"],"b":"\\"a\\":"}',
])("finds none in %s", (json) => {
  expect(JSON.parse(json)).toBeTypeOf("object");
  expect(hasRepeatedNames(json)).toBe(false);
});

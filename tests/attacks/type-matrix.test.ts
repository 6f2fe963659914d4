import { appRouter } from "@chatnest/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTarget, storeNames, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { readState, toBody, write, writes } from "./writes.ts";

const quoted = (text: string): string => JSON.stringify(text);

/** Values of every type, written as JSON. */
const values: readonly string[] = [
  ...["null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e3", "9007199254740993", "1e308"],
  ...["1e999", "-1e999", "1".repeat(400), `0.${"1".repeat(400)}`],
  ...["", " ", "\u3000", ".", "..", "null", "NaN", "Infinity", "-Infinity", "undefined"].map(
    quoted,
  ),
  ...["true", "0", "1e999", "[object Object]", "2020-01-01", "a\0b", "a\nb", "\u0085"].map(quoted),
  ...["x".repeat(129), "x".repeat(16_385), "x".repeat(100_000), "\u{1F600}".repeat(129)].map(
    quoted,
  ),
  ...[
    '"\\ud800"',
    '"\\udc00x"',
    '"\\u0000"',
    "[]",
    "[null]",
    '["x"]',
    "[[]]",
    "[{}]",
    "[[[[[]]]]]",
  ],
  ...['["ann","ann"]', '["ann",1]', '["ann",null]', '["."]', '{"0":"ann","length":1}', "{}"],
  ...['{"$ne":null}', '{"$gt":""}', '{"$where":"sleep(9)"}', '{"$regex":".*"}', '{"$oid":"a"}'],
  ...['{"__proto__":{"id":"x"}}', '{"constructor":{"prototype":{"a":1}}}', '{"toString":"x"}'],
  ...['{"valueOf":1}', '{"toJSON":"x"}', '{"type":"Buffer","data":[1]}', '{"_bsontype":"Long"}'],
  `${"[".repeat(28)}${"]".repeat(28)}`,
  `${'{"a":'.repeat(28)}1${"}".repeat(28)}`,
  `[${Array.from({ length: 1_001 }, (_, n) => `"u${n}"`)}]`,
  `{${Array.from({ length: 1_000 }, (_, n) => `"f${n}":0`)}}`,
];

it("is over every write that there is", async () => {
  await using target = await startTarget();
  const { paths } = (await (await fetch(`${target.url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const withBody = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).flatMap((method) =>
      ["post", "put", "patch"].includes(method) ? `${method.toUpperCase()} ${path}` : [],
    ),
  );
  const mutations = Object.entries(appRouter._def.record).flatMap(([noun, procedures]) =>
    Object.entries(procedures).flatMap(([verb, { _def }]) =>
      _def.type === "mutation" ? [`${noun}.${verb}`] : [],
    ),
  );
  const known = new Set(writes.map(({ name }) => name.replace(/ of a \w+$/, "")));
  expect([...known].toSorted()).toEqual([...withBody, ...mutations].toSorted());
});

describe.each(storeNames)("on %s", (store) => {
  let target: Target;
  let [sent, refused] = [0, 0];
  beforeAll(async () => {
    target = await startTarget({ store });
    await write(target, "/conversations/", '{"id":"base","user_ids":["ann","bob"]}');
    await write(target, "/messages/", '{"user_id":"ann","content":"x","conversation_id":"base"}');
  });
  afterAll(async () => {
    tell("type matrix", store, `${sent} writes`, `${refused} refused`);
    await target[Symbol.asyncDispose]();
  });

  const cases = writes.flatMap((one) =>
    Object.keys(one.fields).map((field) => ({ ...one, field })),
  );
  it.each(cases)("$name takes a good $field or names it", async ({ field, ...one }) => {
    let state = await readState(target);
    for (const value of values) {
      const { status, wrong, text } = await write(target, one, toBody(one, field, value));
      const told = `${value.slice(0, 80)} got ${status}: ${text.slice(0, 300)}`;
      sent++;
      if (one.ignored?.includes(field)) expect([200, 201, 409], told).toContain(status);
      else expect([200, 201, 400, 404, 409, 422], told).toContain(status);
      if (status === 200 || status === 201) {
        // What is no text was never meant to be one.
        const good = one.takes?.[field] ?? /^(?:"|null|\["x"\])/;
        // An import says of each line whether it was taken.
        const isTaken = !text.includes('"status":"refused"');
        if (isTaken && !one.ignored?.includes(field)) expect(value, told).toMatch(good);
        state = await readState(target);
      }
      if (status !== 422) continue;
      refused++;
      const place = one.inside === undefined ? field : `${one.inside}.${field}`;
      expect(
        wrong.some((path) => path === place || path.startsWith(`${place}.`)),
        told,
      ).toBe(true);
    }
    expect(await readState(target)).toBe(state);
    expect(target.output()).not.toMatch(/"level":"(?:error|fatal)"/);
  });
});

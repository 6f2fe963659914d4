import type { Message, ReactionEntry } from "@chatnest/db";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw.ts";
import { type ProblemBody, type RestServer, startRest } from "../support/rest.ts";
import { say } from "../support/said.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

function react<TBody = ReactionEntry>(path: string, fields: object = {}) {
  return server.put<TBody>(path, { user_id: "ann", ...fields });
}

describe("the key of a reaction", () => {
  async function roundTrip(key: string): Promise<void> {
    const { at } = await say(server);
    const path = at(1, "reactions", key);
    for (const [user, place] of [
      ["ann", path],
      ["bob", `${path}/`],
    ] as const) {
      const { status, body } = await react(place, { user_id: user });
      expect([key, status, body.key]).toEqual([key, 201, key]);
    }
    const { body: message } = await server.get<Message>(at(1));
    expect(message.reactions).toMatchObject([{ key, count: 2 }]);
    const query = `?${new URLSearchParams({ key })}`;
    expect((await server.get(at(1, "reactions") + query)).body).toMatchObject([{ key }, { key }]);
    expect((await server.call("DELETE", `${path}?user_id=bob`)).status).toBe(204);
  }

  it.each([
    ["a skin tone", "\u{1F44D}\u{1F3FD}"],
    ["a flag", "\u{1F1E9}\u{1F1EA}"],
    ["a flag of a region", "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"],
    ["a family", "\u{1F468}\u200d\u{1F469}\u200d\u{1F467}\u200d\u{1F466}"],
    ["a heart as text and as an emoji", "\u2764\ufe0f"],
    ["a keycap", "#\ufe0f\u20e3"],
    ["composed", "\u00e9"],
    ["decomposed", "e\u0301"],
    ["with slashes", "a/b//c"],
    ["a slash", "/"],
    ["with dots", "../.."],
    ["percent signs", "%2F%25"],
    ["with a question", "a?b=c#d&e"],
    ["with spaces inside", "thumbs up"],
    ["a name", ":+1:"],
    ["a name of JavaScript", "__proto__"],
    ["a word of the path", "reactions"],
    ["the longest", "\u{1F600}".repeat(64)],
  ])("comes back as it was given: %s", (_, key) => roundTrip(key));

  it("comes back whatever it is", async () => {
    const key = fc
      .string({ unit: "binary", minLength: 1, maxLength: 64 })
      .filter((text) => !/\p{Cc}/u.test(text) && text.trim() === text && !/^\.\.?$/.test(text));
    await fc.assert(fc.asyncProperty(key, roundTrip), { numRuns: 40 });
  });

  it("is not the same in another form", async () => {
    const { at } = await say(server);
    const keys = ["\u00e9", "e\u0301", "\u2764", "\u2764\ufe0f", "A", "a"];
    for (const key of keys) await react(at(1, "reactions", key));
    const { body } = await server.get<Message>(at(1));
    expect(body.reactions?.map(({ key }) => key)).toEqual(keys);
  });

  it.each([
    ["nothing but a space", "%20"],
    ["space at its end", "a%20"],
    ["a no-break space at its beginning", "%C2%A0a"],
    ["NUL", "a%00"],
    ["a control character", "a%0Ab"],
    ["65 characters", "%F0%9F%98%80".repeat(65)],
    ["a dot", "%2E"],
    ["two dots", "%2e%2E"],
  ])("cannot be %s", async (_, text) => {
    const { room } = await say(server);
    const path = `/messages/${room}/1/reactions/${text}`;
    const { status, body } = text.toLowerCase().startsWith("%2e")
      ? await rawPut(path)
      : await react<ProblemBody>(path);
    expect([status, body.errors?.map(({ path: field }) => field)]).toEqual([422, ["key"]]);
  });

  it("cannot be broken Unicode", async () => {
    const { room } = await say(server);
    for (const text of ["%ED%A0%80", "%F0%9F%98", "%", "%zz"]) {
      expect((await react(`/messages/${room}/1/reactions/${text}`)).status).toBe(400);
    }
  });
});

// `fetch` would resolve dots.
async function rawPut(path: string): Promise<{ status: number; body: ProblemBody }> {
  const text = '{"user_id":"ann"}';
  const lines = [
    `PUT ${path} HTTP/1.1`,
    "Host: localhost",
    "Content-Type: application/json",
    `Content-Length: ${text.length}`,
  ];
  const { status, body } = await sendRaw(server.port, lines, text);
  return { status, body: JSON.parse(body) as ProblemBody };
}

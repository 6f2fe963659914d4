import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw.ts";
import { encode, inSeconds } from "./forge.ts";
import { apiKey, audience, claim, head, issuer, json, secret, write } from "./good-token.ts";
import { type GuardedServer, isKnown, startGuarded } from "./guarded.ts";

let server: GuardedServer;
beforeAll(async () => {
  const tokens = { key: { secret }, issuer, audience };
  server = await startGuarded({ apiKeys: [apiKey], tokens });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a good credential", () => {
  it("is taken, so that the forged ones are refused for what is wrong with them", async () => {
    for (const good of [
      write(),
      json("{...}"),
      head({ kid: "x" }),
      claim({ nbf: inSeconds(-1) }),
    ]) {
      expect(isKnown(await server.ask(`Bearer ${good}`))).toBe(true);
      expect(isKnown(await server.ask(`bEARER  ${good}`))).toBe(true);
    }
    expect((await server.ask(`Bearer ${apiKey}`)).status).toBe(200);
  });

  it.each([
    ["without a scheme", () => write()],
    ["of another scheme", () => `Basic ${encode(`ann:${apiKey}`)}`],
    ["of a scheme that is alike", () => `Bearer: ${write()}`],
    ["without a space", () => `Bearer${write()}`],
    ["behind a tab", () => `Bearer\t${write()}`],
    ["in quotes", () => `Bearer "${write()}"`],
    ["twice", () => `Bearer ${write()} ${write()}`],
    ["with a space in it", () => `Bearer ${write().replace(".", ". ")}`],
    ["with a space in UTF-8", () => `Bearer ${write()}\u00a0`],
    ["with its scheme twice", () => `Bearer Bearer ${write()}`],
    ["with another behind a comma", () => `Bearer ${write()}, Bearer ${write()}`],
    ["as a parameter", () => `Bearer token=${write()}`],
    ["that is missing", () => "Bearer"],
    ["that is empty", () => ""],
  ])("is not taken %s", async (_, make) => {
    const { status, headers } = await server.ask(make());
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
  });

  it("is not taken from a query, a body, a cookie or another header", async () => {
    const token = write();
    const path = `/conversations/ann?access_token=${token}&token=${token}`;
    const lines = [
      `GET ${path} HTTP/1.1`,
      "Host: localhost",
      `Cookie: token=${token}; access_token=${token}`,
      `Proxy-Authorization: Bearer ${token}`,
      `X-Authorization: Bearer ${token}`,
      `X-Api-Key: ${apiKey}`,
    ];
    const { status, head: answer } = await sendRaw(server.port, lines);
    expect(status).toBe(401);
    expect(answer).toContain("www-authenticate: Bearer\r\n");
    expect(server.logged()).not.toContain(token);
  });
});

describe("a request over a bare connection", () => {
  const get = ["GET /conversations/ann HTTP/1.1", "Host: localhost"];

  it.each([
    [
      "two good headers",
      () => [`Authorization: Bearer ${apiKey}`, `authorization: Bearer ${apiKey}`],
    ],
    ["a good and an empty one", () => [`Authorization: Bearer ${apiKey}`, "Authorization:"]],
    ["an empty and a good one", () => ["Authorization:", `Authorization: Bearer ${apiKey}`]],
    [
      "a token and a key",
      () => [`Authorization: Bearer ${write()}`, `Authorization: Bearer ${apiKey}`],
    ],
  ])("with %s is refused", async (_, headers) => {
    expect((await sendRaw(server.port, [...get, ...headers()])).status).toBe(401);
  });

  it.each([
    ["20,000 characters", `Authorization: Bearer ${"x".repeat(20_000)}`, 431],
    ["a NUL", `Authorization: Bearer ${apiKey}\0`, 400],
    ["a bare line feed", `Authorization: Bearer ${apiKey}\n x`, 400],
    ["a space before its colon", `Authorization : Bearer ${apiKey}`, 400],
  ])("with %s does not come as far as the server", async (_, header, status) => {
    expect((await sendRaw(server.port, [...get, header])).status).toBe(status);
  });

  it("with a megabyte is cut off, and harms nobody", async () => {
    const header = `Authorization: Bearer ${"x".repeat(1_000_000)}`;
    const answer = await sendRaw(server.port, [...get, header]).catch(() => undefined);
    expect([431, undefined]).toContain(answer?.status);
    expect((await server.ask(`Bearer ${apiKey}`)).status).toBe(200);
  });
});

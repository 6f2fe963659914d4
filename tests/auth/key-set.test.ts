import { sign } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forge, hmac, inSeconds } from "./forge.ts";
import { isKnown, startGuarded } from "./guarded.ts";
import { createSigningKey, type KeyServer, signBy, startKeyServer, toJwk } from "./key-server.ts";

/** Starts a server that believes a key server. */
function startBeside({ url }: KeyServer) {
  return startGuarded({ apiKeys: [], tokens: { key: { jwksUrl: url } } });
}

// The time that passes between two readings of a key set; sockets go by another clock.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const rsa = createSigningKey("RS256", "rsa");
const rsa2 = createSigningKey("RS256", "rsa-2");
const ec = createSigningKey("ES256", "ec");
const ed = createSigningKey("EdDSA", "ed");

describe("a key set", () => {
  it("is read once, for tokens of every algorithm", async () => {
    await using keys = await startKeyServer([rsa, ec, ed].map((key) => toJwk(key)));
    await using server = await startBeside(keys);
    expect(keys.asked).toBe(0);
    const tokens = await Promise.all([rsa, ec, ed, rsa, ec, ed].map((key) => signBy(key)));
    const answers = await Promise.all(tokens.map((token) => server.ask(token)));
    expect(answers.every(isKnown)).toBe(true);
    expect(keys.asked).toBe(1);
  });

  it("is read again for a key that it did not hold, at most every 30 s", async () => {
    await using keys = await startKeyServer([toJwk(rsa)]);
    await using server = await startBeside(keys);
    expect(isKnown(await server.ask(await signBy(rsa)))).toBe(true);

    keys.publish([toJwk(rsa), toJwk(rsa2)]);
    const rotated = await signBy(rsa2);
    for (let count = 0; count < 20; count++) expect((await server.ask(rotated)).status).toBe(401);
    expect(keys.asked).toBe(1);
    vi.advanceTimersByTime(30_001);
    expect(isKnown(await server.ask(rotated))).toBe(true);
    expect(isKnown(await server.ask(await signBy(rsa)))).toBe(true);
    expect(keys.asked).toBe(2);
  });

  it("is read again after ten minutes, and a key that was withdrawn is then of no use", async () => {
    await using keys = await startKeyServer([toJwk(rsa)]);
    await using server = await startBeside(keys);
    const token = await signBy(rsa);
    expect(isKnown(await server.ask(token))).toBe(true);
    keys.publish([toJwk(ec)]);
    vi.advanceTimersByTime(599_000);
    expect(isKnown(await server.ask(token))).toBe(true);
    vi.advanceTimersByTime(2_000);
    expect((await server.ask(token)).status).toBe(401);
    expect(isKnown(await server.ask(await signBy(ec)))).toBe(true);
  });

  it("may hold keys without names, of which each is tried", async () => {
    const unnamed = { kid: undefined };
    await using keys = await startKeyServer([toJwk(rsa, unnamed), toJwk(rsa2, unnamed)]);
    await using server = await startBeside(keys);
    for (const key of [rsa, rsa2]) {
      expect(isKnown(await server.ask(await signBy(key, unnamed)))).toBe(true);
    }
    const other = createSigningKey("RS256", "other");
    expect((await server.ask(await signBy(other, unnamed))).status).toBe(401);
  });
});

describe("a token by a key set", () => {
  const pem = rsa.publicKey.export({ format: "pem", type: "spki" });
  const der = rsa.publicKey.export({ format: "der", type: "spki" });
  const payload = () => ({ sub: "ann", exp: inSeconds(60) });
  const rs384 = createSigningKey("RS384", "rsa");
  const other = createSigningKey("RS256", "rsa");
  const byHmac = (key: string | Uint8Array, kid = "rsa") =>
    `Bearer ${forge({ header: { alg: "HS256", kid }, payload: payload(), sign: hmac(key) })}`;

  it.each<[string, () => string | Promise<string>]>([
    ["signed with the public key for a secret", () => byHmac(pem)],
    ["signed with that less its last newline", () => byHmac(pem.toString().trim())],
    ["signed with its bytes", () => byHmac(der)],
    ["signed with the key set's text", () => byHmac(JSON.stringify({ keys: [toJwk(rsa)] }))],
    ["signed with a symmetric key of the set", () => byHmac("k".repeat(32), "oct")],
    ["signed with another key of the same name", () => signBy(other)],
    ["signed with a key whose algorithm is not allowed", () => signBy(rs384)],
    ["signed with the key of another algorithm", () => signBy(rsa, { kid: "ec" })],
    ["that brings its key along", () => signBy(other, { jwk: toJwk(other) })],
    ["that says where its key is", () => signBy(other, { jku: "http://127.0.0.1:1/keys" })],
    ["of a key that nobody knows", () => signBy(other, { kid: "../keys" })],
    ["of a key with a prototype's name", () => signBy(other, { kid: "__proto__" })],
    ["whose key has no name", () => signBy(other, { kid: "" })],
    ["of a key that is for something else", () => signBy(rsa2, { kid: "enc" })],
    [
      "that nobody signed",
      () => `Bearer ${forge({ header: { alg: "none" }, payload: payload(), sign: () => "" })}`,
    ],
    [
      "that nobody signed, for a key",
      () =>
        `Bearer ${forge({ header: { alg: "ES256", kid: "ec" }, payload: payload(), sign: () => "A".repeat(86) })}`,
    ],
  ])("%s is refused", async (_, make) => {
    const symmetric = {
      kty: "oct",
      kid: "oct",
      alg: "HS256",
      k: Buffer.from("k".repeat(32)).toString("base64url"),
    };
    const all = [toJwk(rsa), toJwk(ec), symmetric, toJwk(rsa2, { kid: "enc", use: "enc" })];
    await using keys = await startKeyServer(all);
    await using server = await startBeside(keys);
    expect(isKnown(await server.ask(await signBy(rsa)))).toBe(true);
    expect((await server.ask(await make())).status).toBe(401);
  });
});

describe("a key set that cannot be read", () => {
  it.each<[string, (keys: KeyServer) => void]>([
    [
      "is missing",
      (keys) => {
        keys.answer = (response) => response.writeHead(404).end();
      },
    ],
    [
      "is broken",
      (keys) => {
        keys.answer = (response) => response.writeHead(500).end();
      },
    ],
    [
      "is elsewhere",
      (keys) => {
        keys.answer = (response) => response.writeHead(302, { location: "/" }).end();
      },
    ],
    [
      "is no JSON",
      (keys) => {
        keys.answer = (response) => response.end("<html>");
      },
    ],
    [
      "is no set",
      (keys) => {
        keys.answer = (response) => response.end('{"keys":1}');
      },
    ],
    [
      "is cut off",
      (keys) => {
        keys.answer = (response) => response.destroy();
      },
    ],
    [
      "holds a broken key",
      (keys) => keys.publish([{ kty: "RSA", kid: "rsa", alg: "RS256", n: "AQAB" }]),
    ],
  ])("and %s means 503, until it can", async (_, spoil) => {
    await using keys = await startKeyServer();
    spoil(keys);
    await using server = await startBeside(keys);
    const token = await signBy(rsa);
    const { status, headers, text } = await server.ask(token);
    expect([status, headers.get("retry-after")]).toEqual([503, "2"]);
    expect(JSON.parse(text)).toMatchObject({
      code: "unavailable",
      detail: "user tokens cannot be verified; try again",
    });
    expect(headers.has("www-authenticate")).toBe(false);
    expect(text + server.logged()).not.toContain(token.slice(7));

    keys.publish([toJwk(rsa)]);
    vi.advanceTimersByTime(600_001);
    expect(isKnown(await server.ask(await signBy(rsa)))).toBe(true);
  });

  it("is asked for once a second, however many tokens there are", async () => {
    await using keys = await startKeyServer();
    keys.answer = (response) => response.writeHead(500).end();
    await using server = await startBeside(keys);
    const token = await signBy(rsa);
    for (let count = 0; count < 20; count++) expect((await server.ask(token)).status).toBe(503);
    expect(keys.asked).toBe(1);
    vi.advanceTimersByTime(1_000);
    await server.ask(token);
    expect(keys.asked).toBe(2);
  });

  it("does not stop those whose tokens are verified, or whose keys are known", async () => {
    await using keys = await startKeyServer([toJwk(rsa)]);
    await using server = await startBeside(keys);
    const token = await signBy(rsa);
    expect(isKnown(await server.ask(token))).toBe(true);
    keys.answer = (response) => response.destroy();
    vi.advanceTimersByTime(60_000);
    expect((await server.ask(await signBy(ec))).status).toBe(503);
    expect(isKnown(await server.ask(token))).toBe(true);
    expect(isKnown(await server.ask(await signBy(rsa)))).toBe(true);
  });

  it("is given up when it does not answer", async () => {
    await using keys = await startKeyServer();
    keys.answer = () => {};
    await using server = await startBeside(keys);
    expect((await server.ask(await signBy(rsa))).status).toBe(503);
  });

  it("is known to the log, with the reason", async () => {
    await using keys = await startKeyServer();
    keys.answer = (response) => response.writeHead(500).end();
    await using server = await startBeside(keys);
    await server.ask(await signBy(rsa));
    expect(server.logged()).toContain(
      '"reason":"Expected 200 OK from the JSON Web Key Set HTTP response"',
    );
    expect(server.logged()).toContain("user tokens cannot be verified");
  });
});

it("a key that is too weak is refused, and is no error of the server", async () => {
  const weak = createSigningKey("RS256", "weak", 1_024);
  await using keys = await startKeyServer([toJwk(weak)]);
  await using server = await startBeside(keys);
  const signed = `${Buffer.from('{"alg":"RS256","kid":"weak"}').toString("base64url")}.e30`;
  const signature = sign("sha256", Buffer.from(signed), weak.privateKey).toString("base64url");
  expect((await server.ask(`Bearer ${signed}.${signature}`)).status).toBe(401);
});

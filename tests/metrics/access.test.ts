import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { apiKey, audience, issuer, secret, write } from "../auth/good-token.ts";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";

const credentials = {
  HOST: "0.0.0.0",
  CHATNEST_API_KEYS: apiKey,
  CHATNEST_JWT_SECRET: secret,
  CHATNEST_JWT_ISSUER: issuer,
  CHATNEST_JWT_AUDIENCE: audience,
};

/** An address of this machine that is not loopback; without a network there is none. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

interface Asked {
  host?: string;
  headers?: Record<string, string>;
}

/** Asks for the metrics and returns the status. The host is what is connected to, not what a header says. */
async function ask(port: number, { host = "127.0.0.1", headers = {} }: Asked = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request({ host, port, path: "/metrics", headers, agent: false }, (response) => {
    response.resume().once("end", () => resolve(response.statusCode));
  })
    .once("error", reject)
    .end();
  return await promise;
}

const bearer = (credential: string) => ({ headers: { authorization: `Bearer ${credential}` } });

it("with credentials takes a server key, and none from this machine itself", async () => {
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path, env: credentials });
  const { port } = server;
  expect(await ask(port)).toBe(200);
  expect(await ask(port, bearer(apiKey))).toBe(200);
  expect(await ask(port, bearer(write()))).toBe(403);
  expect(await ask(port, bearer(`${apiKey}x`))).toBe(401);
  // A proxy on this machine, or a page elsewhere whose name leads here, asks for others.
  for (const headers of [
    { "x-forwarded-for": "192.0.2.1" },
    { forwarded: "for=192.0.2.1" },
    { host: "chat.example" },
  ]) {
    expect(await ask(port, { headers })).toBe(401);
    expect(await ask(port, { headers: { ...headers, ...bearer(apiKey).headers } })).toBe(200);
  }
});

it.skipIf(outside === undefined)("takes nobody from elsewhere for this machine", async () => {
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path, env: credentials });
  const host = outside ?? "";
  for (const name of ["localhost", "127.0.0.1", "[::1]", host]) {
    expect(await ask(server.port, { host, headers: { host: name } })).toBe(401);
  }
  expect(await ask(server.port, { host, ...bearer(apiKey) })).toBe(200);
  expect(await ask(server.port, { host, ...bearer(write()) })).toBe(403);
});

it("without credentials trusts whom the server trusts", async () => {
  await using folder = await newFolder();
  {
    await using server = await startServer({ cwd: folder.path });
    expect(await ask(server.port)).toBe(200);
    expect(await ask(server.port, { headers: { "x-forwarded-for": "192.0.2.1" } })).toBe(403);
    expect(await ask(server.port, { headers: { host: "chat.example" } })).toBe(403);
  }
  await using open = await startServer({ cwd: folder.path, env: { CHATNEST_AUTH: "none" } });
  expect(await ask(open.port, { headers: { host: "chat.example" } })).toBe(200);
});

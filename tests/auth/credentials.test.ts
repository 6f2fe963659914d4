import { describe, expect, it } from "vitest";
import { startServer } from "../support/server.ts";
import { apiKey, secret, write } from "./good-token.ts";

const apiKeys = [apiKey, "cnk_the-key-that-takes-its-place-tomorrow"];
const paths = ["/conversations/ann", "/messages/room", "/messages/room/events", "/nothing"];

describe("a server with credentials", () => {
  it("answers 401 without any, on loopback and on every path that holds data", async () => {
    await using server = await startServer({ trust: "nobody", credentials: { apiKeys } });
    for (const path of [...paths, "/users/ann/events", "/trpc/messages.page", "/trpc/live.user"]) {
      const { status, headers } = await fetch(server.url + path);
      expect([path, status, headers.get("www-authenticate")]).toEqual([path, 401, "Bearer"]);
    }
    for (const path of ["/messages/", "/trpc/messages.send"]) {
      const init = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
      expect([path, (await fetch(server.url + path, init)).status]).toEqual([path, 401]);
    }
  });

  it("leaves open what holds none", async () => {
    await using server = await startServer({ trust: "nobody", credentials: { apiKeys } });
    for (const path of ["/livez", "/readyz", "/docs", "/openapi.json"]) {
      const headers = { authorization: "Bearer no-key-of-ours" };
      expect((await fetch(server.url + path)).status).toBe(200);
      expect((await fetch(server.url + path, { headers })).status).toBe(200);
    }
  });

  it("takes each of its keys, from anywhere and through a proxy", async () => {
    await using server = await startServer({ trust: "nobody", credentials: { apiKeys } });
    for (const key of apiKeys) {
      const headers = { authorization: `Bearer ${key}`, via: "1.1 proxy", host: "chat.example" };
      expect((await fetch(`${server.url}/conversations/ann`, { headers })).status).toBe(200);
    }
  });

  it("takes no token where it has keys alone, and no key where it has a secret alone", async () => {
    const withKeys = { apiKeys };
    const withSecret = { apiKeys: [], tokens: { key: { secret } } };
    for (const [credentials, wrong] of [
      [withKeys, write()],
      [withSecret, apiKey],
      [withSecret, secret.replaceAll(/\W/g, "-")],
    ] as const) {
      await using server = await startServer({ trust: "nobody", credentials });
      const headers = { authorization: `Bearer ${wrong}` };
      expect((await fetch(`${server.url}/conversations/ann`, { headers })).status).toBe(401);
    }
  });

  it("lets a page of this machine read only where that is said", async () => {
    await using server = await startServer({ trust: "nobody", credentials: { apiKeys } });
    const headers = { origin: "http://localhost:5173", authorization: `Bearer ${apiKey}` };
    const answer = await fetch(`${server.url}/conversations/ann`, { headers });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("a server without credentials", () => {
  it("ignores those that are sent, good for another or for nothing", async () => {
    await using server = await startServer();
    for (const authorization of [`Bearer ${apiKey}`, "Bearer", "Basic x", ""]) {
      const response = await fetch(`${server.url}/conversations/ann`, {
        headers: { authorization },
      });
      expect([authorization, response.status]).toEqual([authorization, 200]);
    }
  });

  it("trusts nobody the more for them", async () => {
    await using server = await startServer();
    const headers = { authorization: `Bearer ${apiKey}`, via: "1.1 proxy" };
    expect((await fetch(`${server.url}/conversations/ann`, { headers })).status).toBe(403);
  });
});

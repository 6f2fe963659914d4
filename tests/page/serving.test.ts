import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { readPageFiles } from "chatnest/app";
import { beforeAll, expect, it } from "vitest";
import { startServer } from "../support/server.ts";
import { preparePageServer } from "./page-server.ts";

const built = fileURLToPath(new URL("../../apps/server/dist/page", import.meta.url));
const kibibyte = 1_024;

type PageFile = Awaited<ReturnType<typeof readPageFiles>>[number];

let files: PageFile[];
beforeAll(async () => {
  files = await readPageFiles(built);
});

const hashed = () => files.filter(({ isHashed }) => isHashed);

it("the page may run files of the server only, and asks each time whether it has changed", async () => {
  await using server = await startServer({ page: files });
  const { status, headers, body } = await ask(`${server.url}/`);
  expect([status, headers["content-type"], headers["cache-control"]]).toEqual([
    200,
    "text/html; charset=utf-8",
    "no-cache",
  ]);
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toMatch(/unsafe|data:|\*/);
  const html = body.toString();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  for (const path of paths) expect(path).toMatch(/^\/assets\//);

  const again = await ask(`${server.url}/`, { "if-none-match": String(headers.etag) });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

it("files with a hash in their name are kept for ever, compressed or not", async () => {
  await using server = await startServer({ page: files });
  expect(hashed().length).toBeGreaterThan(1);
  for (const { path, bytes } of hashed()) {
    const plain = await ask(server.url + path);
    expect([path, plain.status, plain.headers["cache-control"]]).toEqual([
      path,
      200,
      "public, max-age=31536000, immutable",
    ]);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.body.equals(bytes)).toBe(true);
    const small = await ask(server.url + path, { "accept-encoding": "gzip" });
    expect([small.headers["content-encoding"], small.headers.vary]).toEqual([
      "gzip",
      expect.stringContaining("Accept-Encoding"),
    ]);
    expect(small.headers["content-length"]).toBe(String(small.body.length));
    expect(gunzipSync(small.body).equals(bytes)).toBe(true);
  }
});

it("a HEAD has the headers alone", async () => {
  await using server = await startServer({ page: files });
  for (const path of ["/", hashed()[0]?.path ?? ""]) {
    const { status, headers, body } = await ask(server.url + path, {}, "HEAD");
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers.etag).toMatch(/^W\/"/);
  }
});

it("no other path is taken, and the documentation stays", async () => {
  await using server = await startServer({ page: files });
  const missing = ["/index.html", "/chat", "/assets", "/assets/", "/assets/nothing.js"];
  for (const path of missing) {
    expect([path, (await ask(server.url + path)).status]).toEqual([path, 404]);
  }
  expect((await ask(`${server.url}/?c=tea`)).status).toBe(200);
  expect((await ask(`${server.url}/docs`)).body.toString()).toContain("swagger-ui");
  expect((await ask(`${server.url}/`, {}, "POST")).status).toBe(405);
});

it("strangers get the page where tokens are asked for, and nothing else", async () => {
  await using server = await startServer({ page: files, trust: "nobody" });
  expect((await ask(`${server.url}/`)).status).toBe(200);
  expect((await ask(`${server.url}/assets/nothing.js`)).status).toBe(401);
});

it("a server without the page leads to the documentation", async () => {
  await using server = await startServer();
  const { status, headers } = await ask(`${server.url}/`);
  expect([status, headers.location]).toEqual([302, "/docs"]);
  expect(await readPageFiles(`${built}/nowhere`)).toEqual([]);
});

it("a setting leaves the page out", async () => {
  await using server = await preparePageServer({ CHATNEST_PAGE: "off" });
  await server.start();
  const { status, headers } = await ask(`${server.url}/`);
  expect([status, headers.location]).toEqual([302, "/docs"]);
});

it("script and style are at most 130 KiB compressed", () => {
  const sizes = files
    .filter(({ path }) => /\.(?:js|css)$/.test(path))
    .map(({ bytes, compressed = bytes }) => compressed.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(130 * kibibyte);
});

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

// Not `fetch`, which decompresses by itself.
function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      const { statusCode: status, headers: received } = response;
      buffer(response).then((body) => resolve({ status, headers: received, body }), reject);
    });
    sent.once("error", reject).end();
  });
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerBytesMax } from "./cost.ts";
import { exchange } from "./raw-exchange.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";

let target: Target;
let count = 0;
beforeAll(async () => {
  target = await startTarget();
  await writeFile(join(target.folder, "secret.txt"), "SECRET-IN-THE-FOLDER");
  await writeFile(join(target.folder, ".env"), "LOG_LEVEL=info\n");
});
afterAll(async () => {
  tell("traversal", `${count} requests`, "no file that is not served");
  await target[Symbol.asyncDispose]();
});

/** Ways to write "up". */
const ups = [
  ...[
    "../",
    "..%2f",
    "..%2F",
    "%2e%2e/",
    "%2E%2E/",
    "%2e%2e%2f",
    ".%2e/",
    "%2e./",
    "%252e%252e%252f",
  ],
  ...[
    "..%252f",
    "%c0%ae%c0%ae/",
    "%c0%ae%c0%ae%c0%af",
    "%e0%80%ae%e0%80%ae/",
    "..%c0%af",
    "..%c1%9c",
  ],
  ...[
    "..\\",
    "..%5c",
    "..%5C",
    "%2e%2e\\",
    "%2e%2e%5c",
    "....//",
    "....\\/",
    "..;/",
    "..%00/",
    "..%09/",
  ],
  ...[
    "..%0d/",
    "..%0a/",
    "..%u2215",
    "%uff0e%uff0e/",
    "\u{ff0e}",
    ".../",
    "./../",
    "//../",
    "/%2e%2e/",
  ],
  ...["..//", "..%2f%2f", "..%ef%bc%8f", "%ef%bc%8e%ef%bc%8e/", "x/../../", "..\u2215"],
];
const files = [
  "etc/passwd",
  "package.json",
  "data/chatnest.db",
  "secret.txt",
  ".env",
  "proc/self/environ",
];
const bases = ["/", "/docs/", "/docs/swagger-ui.css/", "/messages/", "/trpc/"];
/** Ways to name a file without going up. */
const direct = [
  ...["//etc/passwd", "///etc/passwd", "/%2fetc/passwd", "/%2Fetc%2Fpasswd", "/docs//etc/passwd"],
  ...["/docs/%2fetc%2fpasswd", "/docs/swagger-ui.css%00.js", "/docs/swagger-ui.css/.", "/docs/."],
  ...[
    "/docs/file:///etc/passwd",
    "/file:%2f%2f%2fetc%2fpasswd",
    "/docs/C:%5cboot.ini",
    "/docs/~root",
  ],
  ...["/docs/package.json", "/docs/index.js", "/docs/swagger-ui.css.map", "/docs/absolute-path.js"],
  ...[
    "/secret.txt",
    "/.env",
    "/data/chatnest.db",
    "/.git/config",
    "/node_modules/",
    "/main.js",
    "/main.js.map",
  ],
  ...["/docs?file=/etc/passwd", "/docs/start.js?../../etc/passwd", "/openapi.json/../.env"],
];

const isServed = /^HTTP\/1\.1 (?:200|302|304)/;
const secrets = /root:x?:0:|SECRET-IN-THE-FOLDER|SQLite format|LOG_LEVEL=|"private": true|PATH=\//;

async function ask(path: string): Promise<string> {
  count++;
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  return (await exchange(target.port, Buffer.from(request))).text;
}

it.concurrent.each(ups)("%j leads nowhere", async (up) => {
  for (const base of bases) {
    for (const file of files) {
      const text = await ask(base + up.repeat(6) + file);
      expect(text, base + up).not.toMatch(secrets);
      expect(text.length, base + up).toBeLessThan(answerBytesMax);
      // What is no file is an id like any other.
      if (base === "/messages/") continue;
      expect(text, base + up).not.toMatch(isServed);
    }
  }
});

it.concurrent.each(direct)("%s is no file", async (path) => {
  const text = await ask(path);
  expect(text).not.toMatch(secrets);
  const isQuery = path.includes("?");
  if (!isQuery) expect(text).toMatch(/^HTTP\/1\.1 40[04] /);
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { say } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
/** The arguments of each `curl -N` of the README. */
const commands = [...readme.matchAll(/^curl (-N .*)$/gm)].map(([, args = ""]) => args.split(" "));

/** Runs curl and keeps what it prints, as it prints it. */
function runCurl(args: readonly string[]) {
  const process = spawn("curl", ["-s", ...args]);
  let printed = "";
  process.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  return {
    /** Waits until it has printed something, while it goes on. */
    prints: (pattern: RegExp) =>
      until(() => pattern.test(printed), { timeoutMs: 5_000, what: `curl prints ${pattern}` }),
    async [Symbol.asyncDispose]() {
      const ended = once(process, "close");
      process.kill();
      await ended;
    },
  };
}

it("the README shows how to follow both", () => {
  expect(commands.map((args) => args.at(-1)?.replace(/.*8000/, ""))).toEqual([
    "/messages/tea/events",
    "/users/ann/events",
  ]);
});

it.each(commands)("curl %s %s prints each event as it happens", async (...args) => {
  await using server = await startServer();
  await server.store.conversations.create({ id: "tea", user_ids: ["ann", "bob"] });
  await using curl = runCurl(
    args.map((arg) => arg.replace("localhost:8000", `127.0.0.1:${server.port}`)),
  );
  await curl.prints(/^event: (ready|heads)\ndata: .*\n\n/m);
  for (const seq of [1, 2]) {
    await say(server.store, "tea");
    await curl.prints(new RegExp(`^event: message\\ndata: .*"seq":${seq}\\D.*\\n\\n`, "m"));
  }
});

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCommand } from "../support/command.ts";
import { findFreePorts } from "../support/free-port.ts";
import { startServer } from "../support/server.ts";

const program = fileURLToPath(new URL("./live-program.ts", import.meta.url));

test("a program ends by itself when its subscriptions are closed, whatever its handlers threw", async () => {
  await using server = await startServer();
  const [dead] = await findFreePorts(1);
  const args = [program, server.url, `http://127.0.0.1:${dead}`];
  const text = await runCommand(process.execPath, args, { timeoutMs: 10_000 });
  expect(text.split("\n")).toEqual(["uncaught: a handler that fails", "message: 2", "all closed"]);
});

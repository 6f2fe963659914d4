import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCommand } from "../support/command.ts";
import { startServer } from "../support/server.ts";

const page = fileURLToPath(new URL("../../docs/guide/inbox.md", import.meta.url));

test("the commands of the guide to the inbox answer as it says", async () => {
  await using server = await startServer();
  const markdown = await readFile(page, "utf8");
  const [, script = ""] = /^```sh\n(.*?)^```$/ms.exec(markdown) ?? [];
  // A command may go on in the next line, and a line with a # has its answer.
  const commands = script.replaceAll("\\\n", "").trim().split("\n");
  const answers = new Map<string, string | undefined>();
  for (const [n, command] of commands.entries()) {
    if (command.startsWith("#")) continue;
    const [, answer] = /^# (.*)$/.exec(commands[n + 1] ?? "") ?? [];
    const line = command
      .replace("curl", "curl --silent --show-error --fail-with-body")
      .replaceAll("localhost:8000", server.url);
    const printed = await runCommand("sh", ["-c", line], { timeoutMs: 10_000 });
    if (answer !== undefined) expect([command, printed.trim()]).toEqual([command, answer]);
    answers.set(`${n} ${command}`, answer);
  }
  expect([...answers.values()].filter((answer) => answer !== undefined)).toHaveLength(6);
  expect(answers.size).toBe(11);
});

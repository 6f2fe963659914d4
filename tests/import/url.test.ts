import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { RunningCommand, runChatnest, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { findFreePorts } from "../support/free-port.ts";
import { readContents } from "./read-back.ts";

describe("chatnest import while a server holds the store", () => {
  it("says so and offers --url, which imports through the server", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    const contents = await writeChat(folder.path, 2500);
    const refused = await runChatnest(["import", "chat.jsonl"], { cwd: folder.path });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(
      /^chatnest: cannot open .+another process holds it.+\nchatnest: .+--url http.+\n$/,
    );

    const args = ["import", "chat.jsonl", "--url", `${server.url}/`];
    const first = await runChatnest(args, { cwd: folder.path });
    expect(first).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("2,500 stored"),
    });
    const again = await runChatnest(args, { cwd: folder.path });
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("2,500 already there"),
    });
    expect(await readContents(server.url, "tea")).toEqual(contents);
  });

  it("knows what was imported without the server", async () => {
    await using folder = await newFolder();
    await writeChat(folder.path, 10);
    await runChatnest(["import", "chat.jsonl"], { cwd: folder.path });
    await using server = await startServer({ cwd: folder.path });
    const args = ["import", "chat.jsonl", "--url", server.url];
    const { stdout } = await runChatnest(args, { cwd: folder.path });
    expect(stdout).toContain("0 stored, 10 already there");
  });
});

describe("chatnest import --url", () => {
  it("goes on when the server is killed and started again: nothing lost, nothing twice", async () => {
    await using folder = await newFolder();
    const contents = await writeChat(folder.path, 10_000);
    const [port = 0] = await findFreePorts(1);
    const options = { cwd: folder.path, env: { PORT: String(port) } };
    await using server = await startServer(options);
    const args = ["import", "chat.jsonl", "--url", server.url];
    await using command = new RunningCommand(args, { cwd: folder.path });
    await server.untilPrinted(/(?:messages\.import[\s\S]*?){2}/);
    await server.stop("SIGKILL");
    await command.untilPrinted(/^no answer from .+; trying again\n/);
    await using next = await startServer(options);
    expect(await command.ended).toMatchObject({ code: 0 });
    expect(await readContents(next.url, "tea")).toEqual(contents);
  });

  it("says when it is interrupted that what was stored is kept, and goes on the next time", async () => {
    await using folder = await newFolder();
    const contents = await writeChat(folder.path, 2500);
    await using server = await startServer({ cwd: folder.path });
    const input = new PassThrough();
    const args = ["import", "-", "--url", server.url];
    await using command = new RunningCommand(args, { cwd: folder.path, input });
    input.write(toLines(contents));
    await server.untilPrinted(/(?:messages\.import[\s\S]*?){12}/);
    const interrupted = await command.stop("SIGINT");
    expect(interrupted).toMatchObject({
      code: 130,
      stderr: "chatnest: interrupted; stored messages are kept: run the import again to continue\n",
      stdout: expect.stringMatching(/ 2,[24]00 stored, 0 already there, 0 refused\n$/),
    });
    const again = await runChatnest(["import", "chat.jsonl", "--url", server.url], {
      cwd: folder.path,
    });
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("2,400 already there"),
    });
    expect(await readContents(server.url, "tea")).toEqual(contents);
  });

  it("sends the first of the server's keys, and gives up at once without one", async () => {
    await using folder = await newFolder();
    const contents = await writeChat(folder.path, 10);
    const [old, next] = [
      "cnk_the-key-of-yesterday-and-of-today",
      "cnk_the-key-of-tomorrow-and-later",
    ];
    const env = { CHATNEST_API_KEYS: `${old},${next}` };
    await using server = await startServer({ cwd: folder.path, env });
    const args = ["import", "chat.jsonl", "--url", server.url];
    const without = await runChatnest(args, { cwd: folder.path });
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining("answers 401: ") });
    for (const key of [next, old]) {
      const imported = { cwd: folder.path, env: { CHATNEST_API_KEYS: key } };
      expect(await runChatnest(args, imported)).toMatchObject({ code: 0, stderr: "" });
    }
    const headers = { authorization: `Bearer ${old}` };
    const messages = await fetch(`${server.url}/messages/tea`, { headers });
    const stored = (await messages.json()) as { content: string }[];
    expect(stored.map(({ content }) => content)).toEqual(contents);
  });

  it("gives up at once on what is no ChatNest server", async () => {
    await using folder = await newFolder();
    await writeChat(folder.path, 10);
    await using other = createServer((_request, response) => response.writeHead(404).end("no"));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const args = ["import", "chat.jsonl", "--url", `http://127.0.0.1:${port}`];
    const { code, stderr } = await runChatnest(args, { cwd: folder.path });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^chatnest: the server answers 404: is this a ChatNest server\?.+\n$/);
  });

  it.each([
    "localhost:8000",
    "ftp://localhost",
    "http://ann:geheim@localhost",
    "http://localhost/?a=1",
  ])("refuses %s", async (url) => {
    await using folder = await newFolder();
    const result = await runChatnest(["import", "-", "--url", url], { cwd: folder.path });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(/^chatnest: --url must be .+\n$/);
    expect(result.stderr).not.toContain("geheim");
  });
});

async function writeChat(folder: string, count: number): Promise<string[]> {
  const contents = Array.from({ length: count }, (_, index) => `message ${index}`);
  await writeFile(join(folder, "chat.jsonl"), toLines(contents));
  return contents;
}

function toLines(contents: string[]): string {
  const lines = contents.map((content) => {
    return JSON.stringify({ user_id: "ann", conversation_id: "tea", content });
  });
  return `${lines.join("\n")}\n`;
}

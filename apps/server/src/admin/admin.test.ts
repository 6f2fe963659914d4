import { mkdtempDisposable, stat, symlink, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChatStore, openSqliteStore, StoreError } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CommandError } from "../command-error.ts";
import { callAdmin } from "./call-admin.ts";
import { type AnyStoreCommand, defineStoreCommand } from "./command.ts";
import { listenAdmin } from "./listen-admin.ts";

const copy = defineStoreCommand({
  name: "copy",
  input: z.object({ count: z.number(), text: z.string() }),
  async run({ count, text }, { write, progress }) {
    for (let n = 0; n < count; n++) {
      await write(text);
      progress({ n });
    }
    return { count };
  },
});

const fail = defineStoreCommand({
  name: "fail",
  input: z.enum(["command", "store", "bug"]),
  async run(kind) {
    if (kind === "command") throw new CommandError("the disk is full");
    if (kind === "store") throw new StoreError("unavailable", "the store is away");
    throw new Error("secret");
  },
});

const wait = defineStoreCommand({
  name: "wait",
  input: z.null(),
  async run(_, { signal, progress }) {
    progress("waits");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    waited.push(signal.aborted);
    return null;
  },
});
const waited: boolean[] = [];

/** A socket in a folder of its own. */
async function open(commands: readonly AnyStoreCommand[] = [copy, fail, wait]) {
  const folder = await mkdtempDisposable(join(tmpdir(), "chatnest-admin-"));
  const store: ChatStore = openSqliteStore(":memory:");
  const warnings: string[] = [];
  const path = join(folder.path, "chatnest.sock");
  const listen = () =>
    listenAdmin(path, {
      commands,
      store,
      warn: (text, error) => void warnings.push(`${text}: ${error ?? ""}`),
    });
  return {
    path,
    folder: folder.path,
    warnings,
    listen,
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function call(path: string, name: string, input: unknown) {
  let bytes = "";
  const progress: unknown[] = [];
  const answer = await callAdmin(
    path,
    { name, input },
    {
      signal: new AbortController().signal,
      onProgress: (value) => void progress.push(value),
      onBytes: (some) => {
        bytes += Buffer.from(some as Uint8Array).toString("latin1");
      },
    },
  );
  return { answer, bytes, progress };
}

describe("the admin socket", () => {
  it("runs a command, and gives its bytes, its progress and its result", async () => {
    await using opened = await open();
    const socket = await opened.listen();
    const found = await call(opened.path, "copy", { count: 3, text: '{"n":1}\n' });
    expect(found).toEqual({
      answer: { result: { count: 3 } },
      bytes: '{"n":1}\n'.repeat(3),
      progress: [{ n: 0 }, { n: 1 }, { n: 2 }],
    });
    await socket.close();
  });

  it("carries more than fits into memory at once", async () => {
    await using opened = await open();
    const socket = await opened.listen();
    const { bytes } = await call(opened.path, "copy", { count: 40, text: "x".repeat(300_000) });
    expect(bytes).toHaveLength(12_000_000);
    await socket.close();
  });

  it("is only for the user of the process, and is removed when it closes", async () => {
    await using opened = await open();
    const socket = await opened.listen();
    const found = await stat(opened.path);
    expect(found.mode & 0o777).toBe(0o600);
    await socket.close();
    await expect(stat(opened.path)).rejects.toThrow("ENOENT");
  });

  it("takes the place of one that a killed process left behind", async () => {
    await using opened = await open();
    const first = await opened.listen();
    const second = await opened.listen();
    expect(await call(opened.path, "copy", { count: 0, text: "" })).toMatchObject({
      answer: { result: { count: 0 } },
    });
    await second.close();
    await first.close();
    expect(opened.warnings).toEqual([]);
  });

  it.each(["a file", "a link"])("warns where there is %s, and leaves that alone", async (kind) => {
    await using opened = await open();
    if (kind === "a file") await writeFile(opened.path, "precious");
    else await symlink(opened.folder, opened.path);
    const socket = await opened.listen();
    expect(opened.warnings).toEqual([expect.stringContaining("is not a socket")]);
    await socket.close();
    await expect(stat(opened.path)).resolves.toBeDefined();
  });

  it("warns of a path that is too long, and does nothing", async () => {
    const store = openSqliteStore(":memory:");
    const warnings: string[] = [];
    const path = join(tmpdir(), "x".repeat(100), "chatnest.sock");
    const socket = await listenAdmin(path, {
      commands: [],
      store,
      warn: (text) => void warnings.push(text),
    });
    await socket.close();
    expect(warnings).toEqual([expect.stringContaining("too long")]);
    await store.close();
  });

  it("tells of errors, and shows an unexpected one to its own log too", async () => {
    await using opened = await open();
    const socket = await opened.listen();
    await expect(call(opened.path, "fail", "command")).rejects.toThrow("the disk is full");
    await expect(call(opened.path, "fail", "store")).rejects.toThrow("the store is away");
    expect(opened.warnings).toEqual([]);
    await expect(call(opened.path, "fail", "bug")).rejects.toThrow("its log says why");
    await expect(call(opened.path, "fail", "other")).rejects.toThrow(CommandError);
    expect(opened.warnings).toHaveLength(2);
    await expect(call(opened.path, "unknown", null)).rejects.toThrow("does not know");
    await socket.close();
  });

  it("answers nothing where nobody listens", async () => {
    await using opened = await open();
    expect((await call(opened.path, "copy", null)).answer).toBeUndefined();
  });

  it("stops a command whose caller goes away", async () => {
    await using opened = await open();
    const socket = await opened.listen();
    waited.length = 0;
    const gone = new AbortController();
    const calling = callAdmin(
      opened.path,
      { name: "wait", input: null },
      { signal: gone.signal, onProgress: () => gone.abort(new Error("gone")), onBytes() {} },
    );
    await expect(calling).rejects.toThrow("gone");
    await expect.poll(() => waited).toEqual([true]);
    await socket.close();
  });

  it("stops commands under way when it closes, and says so to their callers", async () => {
    await using opened = await open();
    const socket = await opened.listen();
    waited.length = 0;
    let closing: Promise<void> | undefined;
    const calling = callAdmin(
      opened.path,
      { name: "wait", input: null },
      {
        signal: new AbortController().signal,
        onProgress() {
          closing = socket.close();
        },
        onBytes() {},
      },
    );
    await expect(calling).rejects.toThrow("the server stopped");
    await closing;
    expect(waited).toEqual([true]);
  });

  it("survives a caller that sends no HTTP, and one that says nothing", async () => {
    await using opened = await open();
    const socket = await opened.listen();
    const silent = createConnection(opened.path);
    const rude = createConnection(opened.path);
    for (const one of [silent, rude]) one.on("error", () => {});
    rude.end("\0\0\0 nonsense\r\n\r\n");
    const { answer } = await call(opened.path, "copy", { count: 1, text: "a" });
    expect(answer).toEqual({ result: { count: 1 } });
    await socket.close();
    silent.destroy();
  });
});

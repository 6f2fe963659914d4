import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "@chatnest/tests/support/command.ts";
import { cacheFolder } from "../cache-folder.ts";
import { conversationsOfFill, messageOfFill, timeOfFill } from "../fill/chat.ts";
import type { Kit } from "../kit.ts";
import { needed } from "../missing.ts";
import { type MeasuredServer, startCommand } from "../processes/server.ts";
import { startMongo } from "./mongo.ts";

const folder = fileURLToPath(new URL("./fastapi", import.meta.url));
const database = "former";
const batchSize = 5_000;

/** Starts the service that ChatNest replaces, over the filled replica set. */
export async function startFastApi(kit: Kit): Promise<MeasuredServer> {
  const python = await kit.get(installPython);
  const { uri } = await kit.get(startMongo);
  const options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log"];
  return startCommand({
    command: python,
    args: (port) => [
      ...["-m", "uvicorn", "app:app", "--app-dir", folder, "--log-level", "warning"],
      ...["--host", "127.0.0.1", "--port", String(port), ...options],
    ],
    env: environmentOf(uri),
    readyPath: "/openapi.json",
  });
}

/** Starts it with the conversations of most rows. */
export async function startFilledFastApi(kit: Kit): Promise<MeasuredServer> {
  // It makes the indexes.
  const server = await kit.get(startFastApi);
  const { uri } = await kit.get(startMongo);
  const filling = spawn(await kit.get(installPython), [join(folder, "fill.py")], {
    stdio: ["pipe", "inherit", "inherit"],
    env: environmentOf(uri),
  });
  const ended = once(filling, "exit");
  for (const line of linesOfFill()) {
    if (!filling.stdin.write(`${JSON.stringify(line)}\n`)) await once(filling.stdin, "drain");
  }
  filling.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`fill.py ended with ${code}`);
  return server;
}

function environmentOf(uri: string): Record<string, string> {
  // Nothing is written beside the sources.
  return { MONGODB_URI: uri, DATABASE: database, PYTHONDONTWRITEBYTECODE: "1" };
}

function* linesOfFill(): Generator<[collection: string, documents: object[]]> {
  const conversations = conversationsOfFill();
  yield ["conversations", conversations.map(toConversation)];
  for (const { id, length } of conversations) {
    for (let start = 1; start <= length; start += batchSize) {
      const size = Math.min(batchSize, length - start + 1);
      yield ["messages", Array.from({ length: size }, (_, n) => messageOfFill(id, start + n))];
    }
  }
}

function toConversation({ id, user_ids, length }: ReturnType<typeof conversationsOfFill>[number]) {
  return { id, user_ids, messages: [], created_at: timeOfFill(length) };
}

/** Installs the service into a virtual environment, which later runs find in the cache; returns its Python. */
async function installPython(): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  const version = hash("sha256", await readFile(requirements)).slice(0, 12);
  const environment = join(cacheFolder, `fastapi-${version}`);
  const python = join(environment, "bin", "python");
  if (await isThere(join(environment, "complete"))) return python;
  return needed(
    "Python 3.11 or newer with venv and the packages of the FastAPI service",
    async () => {
      await rm(environment, { recursive: true, force: true });
      await mkdir(cacheFolder, { recursive: true });
      await runCommand("python3", ["-m", "venv", environment], { timeoutMs: 60_000 });
      const install = ["-m", "pip", "install", "--quiet", "--requirement", requirements];
      await runCommand(python, [...install, "--disable-pip-version-check"], { timeoutMs: 180_000 });
      // Last, so that an interrupted install is done again.
      await writeFile(join(environment, "complete"), "");
      return python;
    },
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const excerpt = fileURLToPath(new URL("../../data/ubuntu-irc.jsonl", import.meta.url));

/** Writes a file to import: one conversation, `log`, in which what was said in the real chat is said until it is long enough. */
export async function writeLongLog(path: string, length: number): Promise<void> {
  const text = await readFile(process.env["CHATNEST_REAL_DATA"] ?? excerpt, "utf8");
  const said = text.trimEnd().split("\n");
  const lines = Array.from({ length }, (_, n) => {
    const { user_id, content } = JSON.parse(said[n % said.length] ?? "{}");
    const timestamp = new Date(Date.UTC(2020, 0, 1) + n * 60_000).toISOString();
    return JSON.stringify({ conversation_id: "log", user_id, content, timestamp });
  });
  await writeFile(path, `${lines.join("\n")}\n`);
}

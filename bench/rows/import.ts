import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { realChatFile } from "@chatnest/tests/import/real-chat.ts";
import { alternate, pairs } from "../alternate.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { runImport } from "../load/run-import.ts";
import { mongoUri } from "../peers/mongo.ts";
import type { Measured, Row } from "../row.ts";

/** As many as the whole file has. */
const lines = 65_000;

export const importRows: readonly Row[] = [
  {
    name: "import-embedded",
    title: "import of 65,000 lines of IRC, embedded",
    unit: "messages/s",
    bar: { value: { least: 35_000 } },
    measure: async (kit) => ({ ours: (await kit.get(measureImports)).embedded }),
  },
  {
    name: "import-mongo",
    title: "import of 65,000 lines of IRC, three-member MongoDB",
    unit: "messages/s",
    peer: "embedded",
    bar: { value: { least: 3_000 } },
    measure: async (kit) => {
      const { mongo, embedded } = await kit.get(measureImports);
      return { ours: mongo, peer: embedded };
    },
  },
];

async function measureImports(kit: Kit): Promise<Record<"embedded" | "mongo", Measured["ours"]>> {
  const file = await makeChatFile(kit);
  let run = 0;
  return alternate(
    {
      embedded: async () => {
        await using folder = await makeFolder();
        return runImport(file, { CHATNEST_DATA: folder.path });
      },
      mongo: async () => runImport(file, { MONGODB_URI: await mongoUri(kit, `import-${run++}`) }),
    },
    { rounds: pairs, warmUps: 0 },
  );
}

/** Repeats real chat, each time in other conversations, until there is enough of it. */
async function makeChatFile(kit: Kit): Promise<string> {
  const chat = (await readFile(realChatFile, "utf8")).split("\n").filter((line) => line !== "");
  const path = join(await kit.folder(), "chat.jsonl");
  await using file = await open(path, "w");
  for (let copy = 0; copy * chat.length < lines; copy++) {
    const name = `"conversation_id": "copy-${copy}-`;
    const copied = chat.map((line) => line.replace(/"conversation_id": ?"/, name));
    await file.write(`${copied.slice(0, lines - copy * chat.length).join("\n")}\n`);
  }
  return path;
}

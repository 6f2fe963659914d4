import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { realChatFile } from "@chatnest/tests/import/real-chat.ts";
import { alternate, pairs } from "../alternate.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { runImport } from "../load/run-import.ts";
import { mongoUri } from "../peers/mongo.ts";
import type { Row, Sample } from "../row.ts";

/** As many as the whole file has. */
const lines = 65_000;
const imports = { rounds: pairs, warmUps: 0 };

export const importRows: readonly Row[] = [
  {
    name: "import-embedded",
    title: "import of 65,000 lines of IRC, embedded",
    unit: "messages/s",
    bar: { value: { least: 35_000 } },
    measure: async (kit) => {
      const file = await kit.get(makeChatFile);
      return alternate({ ours: () => importEmbedded(file) }, imports);
    },
  },
  {
    name: "import-mongo",
    title: "import of 65,000 lines of IRC, three-member MongoDB",
    unit: "messages/s",
    peer: "embedded",
    bar: { value: { least: 3_000 } },
    // It takes more than a minute.
    isExtra: true,
    measure: async (kit) => {
      const file = await kit.get(makeChatFile);
      let run = 0;
      const importMongo = async () =>
        runImport(file, { MONGODB_URI: await mongoUri(kit, `import-${run++}`) });
      return alternate({ ours: importMongo, peer: () => importEmbedded(file) }, imports);
    },
  },
];

async function importEmbedded(file: string): Promise<Sample> {
  await using folder = await makeFolder();
  return runImport(file, { CHATNEST_DATA: folder.path });
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

import { open } from "node:fs/promises";
import { join } from "node:path";
import { alternate } from "../alternate.ts";
import { inboxUsers } from "../fill/chat.ts";
import {
  largeId,
  largeName,
  tenMillion,
  tenMillionFolder,
  tenThousand,
  tenThousandFolder,
} from "../fill/large.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { type Load, measureLoad, reading, sending } from "../load/load.ts";
import { runImport } from "../load/run-import.ts";
import { startChatNest } from "../processes/chatnest.ts";
import type { Measured, Row } from "../row.ts";
import { plainText } from "../text.ts";
import { readingInbox } from "./inbox.ts";

const among = "among 10 M messages, embedded";
const peer = "among 10,000";
const importedLines = 100_000;

export const largeRows: readonly Row[] = [
  {
    name: "large-send",
    title: `send to 1,000 conversations ${among}, 64 at once`,
    unit: "/s",
    peer,
    bar: { ratio: { least: 0.9 }, cpuRatio: { most: 1.1 } },
    measure: async (kit) => {
      const load = { conversations: 1_000, name: largeName };
      return besideSmall(kit, sending({ ...load, step: 10 }), sending(load));
    },
  },
  {
    name: "large-page",
    title: `page of 50 in the middle of a log of 1 M ${among}`,
    unit: "/s",
    peer,
    bar: { ratio: { least: 0.9 }, cpuRatio: { most: 1.1 } },
    measure: async (kit) =>
      besideSmall(
        kit,
        await reading(kit, placesIn(tenMillion.longLength)),
        await reading(kit, placesIn(tenThousand.longLength)),
      ),
  },
  {
    name: "large-inbox",
    title: `inbox of 20 with 5 messages each ${among}, user in 5,000, 8 at once`,
    unit: "/s",
    peer: "user in 20",
    bar: { ratio: { least: 0.5 }, cpuRatio: { most: 2 } },
    measure: measureInbox,
  },
  {
    name: "large-import",
    title: "import over 10,000 conversations of 10 M messages, 100,000 lines at a time, embedded",
    unit: "messages/s",
    peer: "into an empty database",
    bar: { value: { least: 25_000 } },
    measure: measureImport,
  },
];

/** Paths of pages in the middle half of the long log. */
function placesIn(length: number): string[] {
  return Array.from({ length: 2_000 }, (_, n) => {
    const before = length / 4 + ((n * 7_919) % (length / 2));
    return `/messages/long?limit=50&before=${before}`;
  });
}

async function besideSmall(kit: Kit, load: Load, smallLoad: Load): Promise<Measured> {
  const [large, small] = [await kit.get(tenMillionFolder), await kit.get(tenThousandFolder)];
  await using server = await startChatNest({ CHATNEST_DATA: large.path });
  await using smallServer = await startChatNest({ CHATNEST_DATA: small.path });
  return await alternate({
    ours: () => measureLoad(kit, server, load),
    peer: () => measureLoad(kit, smallServer, smallLoad),
  });
}

async function measureInbox(kit: Kit): Promise<Measured> {
  const large = await kit.get(tenMillionFolder);
  await using server = await startChatNest({ CHATNEST_DATA: large.path });
  const wide = await readingInbox(kit, inboxUsers.many);
  const few = await readingInbox(kit, inboxUsers.few);
  return await alternate({
    ours: () => measureLoad(kit, server, wide),
    peer: () => measureLoad(kit, server, few),
  });
}

async function measureImport(kit: Kit): Promise<Measured> {
  const large = await kit.get(tenMillionFolder);
  let run = 0;
  const files: string[] = [];
  for (let n = 0; n < 5; n++) files.push(await makeFile(kit, n));
  return await alternate(
    {
      ours: () => runImport(files[run++] ?? "", { CHATNEST_DATA: large.path }),
      peer: async () => {
        await using folder = await makeFolder();
        return await runImport(files[0] ?? "", { CHATNEST_DATA: folder.path });
      },
    },
    { warmUps: 0 },
  );
}

async function makeFile(kit: Kit, part: number): Promise<string> {
  const path = join(await kit.folder(), "messages.jsonl");
  await using file = await open(path, "w");
  const size = 1_000;
  for (let start = 0; start < importedLines; start += size) {
    const lines = Array.from({ length: size }, (_, index) => {
      const n = start + index;
      return JSON.stringify({
        id: `import-${part}-${n}`,
        conversation_id: largeId((n * 7_919) % tenMillion.conversations),
        user_id: `user-${n % 20}`,
        content: plainText,
        timestamp: new Date(Date.UTC(2026, 6, 1 + part) + n * 100).toISOString(),
      });
    });
    await file.write(`${lines.join("\n")}\n`);
  }
  return path;
}

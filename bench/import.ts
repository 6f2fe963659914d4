import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realChatFile } from "@chatnest/tests/import/real-chat.ts";
import { runCommand } from "@chatnest/tests/support/command.ts";
import { startReplicaSet } from "@chatnest/tests/support/mongod.ts";
import { chatnest, nodeFlags } from "./processes.ts";
import { type Figure, median } from "./report.ts";

const runs = 3;

/** Measures how fast real chat is imported, into the embedded store and into a three-member set. */
export async function measureImport(): Promise<Figure[]> {
  await using set = await startReplicaSet();
  const embedded: number[] = [];
  const mongo: number[] = [];
  for (let run = 0; run < runs; run++) {
    await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-bench-"));
    embedded.push(await importInto({ CHATNEST_DATA: folder.path }));
    mongo.push(await importInto({ MONGODB_URI: set.uri.replace("/?", `/import-${run}?`) }));
  }
  return [
    {
      name: "import, embedded",
      value: median(embedded),
      unit: "messages/s",
      bar: { of: "value", least: 10_000 },
    },
    {
      name: "import, three-member MongoDB",
      value: median(mongo),
      unit: "messages/s",
      peer: { name: "embedded", value: median(embedded) },
      bar: { of: "value", least: 3_000 },
    },
  ];
}

/** Answers with the rate that the command says. */
async function importInto(env: Record<string, string>): Promise<number> {
  const said = await runCommand(
    process.execPath,
    [...nodeFlags, chatnest, "import", realChatFile],
    { timeoutMs: 300_000, env },
  );
  const rate = /\(([\d,]+)\/s\)/.exec(said)?.[1];
  if (rate === undefined) throw new Error(`no rate in: ${said}`);
  return Number(rate.replaceAll(",", ""));
}

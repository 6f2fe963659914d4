import { runCommand } from "@chatnest/tests/support/command.ts";
import { chatnest, nodeFlags } from "../processes/chatnest.ts";
import type { Sample } from "../row.ts";

/** Imports a file by the command; returns the rate that it says. */
export async function runImport(file: string, env: Record<string, string>): Promise<Sample> {
  const args = [...nodeFlags, chatnest, "import", file];
  const said = await runCommand(process.execPath, args, { timeoutMs: 300_000, env });
  const rate = /\(([\d,]+)\/s\)/.exec(said)?.[1];
  if (rate === undefined) throw new Error(`no rate in: ${said}`);
  return { value: Number(rate.replaceAll(",", "")) };
}

import { readEffectiveSettings, readSettings } from "../env.ts";
import type { EffectiveSetting } from "../settings/effective.ts";
import { toEnvFile } from "../settings/env-file.ts";

/** The options of `chatnest config`. */
export interface ConfigOptions {
  json?: boolean;
  example?: boolean;
}

/**
 * Prints the settings that the server would start with, without secrets, or a `.env` file to begin with.
 * @throws CommandError when a setting is wrong.
 */
export function printConfig({ json, example }: ConfigOptions): void {
  if (example) {
    process.stdout.write(toEnvFile());
    return;
  }
  for (const warning of readSettings().warnings) console.error(`chatnest: ${warning}`);
  const settings = readEffectiveSettings();
  console.log(json ? toJson(settings) : toTable(settings));
}

function toJson(settings: readonly EffectiveSetting[]): string {
  const entries = settings.map(({ name, value = null, source, isHidden }) => [
    name,
    { value, source, ...(isHidden && { hidden: true }) },
  ]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}

function toTable(settings: readonly EffectiveSetting[]): string {
  const rows = settings.map((setting) => ({ ...setting, text: toText(setting) }));
  const widthOf = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
  const nameWidth = widthOf(rows.map(({ name }) => name));
  const textWidth = widthOf(rows.map(({ text }) => text));
  return rows
    .map(({ name, text, source }) =>
      [name.padEnd(nameWidth), text.padEnd(textWidth), source].join("  "),
    )
    .join("\n");
}

function toText({ value, isHidden }: EffectiveSetting): string {
  if (!isHidden) return value ?? "(unset)";
  return value === undefined ? "(hidden)" : `${value} (the rest is hidden)`;
}

import { type Setting, settingsTable } from "./table.ts";

const columns = 120;
const head =
  "Settings of ChatNest. Environment variables override this file; an empty value means the default.";

/** Writes a `.env` file with all settings: those with a default are set to it, the others are commented out. */
export function toEnvFile(): string {
  const parts = [toComment(head), ...settingsTable.map(toPart)];
  return `${parts.join("\n\n")}\n`;
}

function toPart({ name, description, default: value, example = "" }: Setting): string {
  const line = value === undefined ? `# ${name}=${example}` : `${name}=${value}`;
  return `${toComment(description)}\n${line}`;
}

function toComment(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length < columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(` ${word}`);
  }
  return lines.map((line) => `#${line}`).join("\n");
}

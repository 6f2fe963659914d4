import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Settings } from "../env.ts";
import { escapeControls } from "./escape-controls.ts";

/** Where people read the log as it is written. */
export interface Terminal {
  write(text: string): unknown;
}

/**
 * Creates the log on standard output: JSON lines, or lines for people on a terminal. Each line is written before the call
 * returns.
 * @param terminal @default standard output, if it is one
 */
export function createLogger(
  level: Settings["logLevel"],
  terminal: Terminal | undefined = process.stdout.isTTY ? process.stdout : undefined,
): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!terminal) return pino(options, pino.destination({ dest: 1, sync: true }));
  const toText = prettyFactory({
    singleLine: true,
    translateTime: "SYS:HH:MM:ss",
    // The message of the start has them already.
    ignore: "url,docs,store,version",
  });
  return pino(options, {
    write: (line: string) => void terminal.write(toText(JSON.parse(line, escapeString))),
  });
}

// pino-pretty only strips some control characters, and leaves those above U+007E in fields.
function escapeString(key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  return key === "stack" ? value.split("\n").map(escapeControls).join("\n") : escapeControls(value);
}

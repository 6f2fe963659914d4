import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Settings } from "../env.ts";
import { escapeControls } from "./escape-controls.ts";

/** `pretty` is text for people, `json` is one JSON object per line. */
export type LogFormat = "pretty" | "json";

/** Where people read the log as it is written. */
interface Terminal {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** How the log is written. */
export interface LoggerOptions {
  level: Settings["logLevel"];
  format: LogFormat;
  /** The number of this process, of several on one port. It is on every line. */
  processNumber?: number | undefined;
  /** Where pretty lines go. @default standard output */
  terminal?: Terminal;
}

/** Creates the log on standard output. Each line is written before the call returns. */
export function createLogger(options: LoggerOptions): Logger {
  const { level, format, processNumber, terminal = process.stdout } = options;
  const common = {
    level,
    base: processNumber === undefined ? null : { process: processNumber },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (format === "json") return pino(common, pino.destination({ dest: 1, sync: true }));
  const toText = prettyFactory({
    singleLine: true,
    colorize: terminal.isTTY === true,
    translateTime: "SYS:HH:MM:ss",
  });
  return pino(common, {
    write: (line: string) => void terminal.write(toText(JSON.parse(line, escapeString))),
  });
}

/** Chooses the format for standard output. */
export function chooseLogFormat(asked: LogFormat | undefined): LogFormat {
  return asked ?? (process.stdout.isTTY ? "pretty" : "json");
}

// pino-pretty only strips some control characters, and leaves those above U+007E in fields.
function escapeString(key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  return key === "stack" ? value.split("\n").map(escapeControls).join("\n") : escapeControls(value);
}

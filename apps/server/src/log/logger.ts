import { type Logger, pino } from "pino";
import type { Settings } from "../env.ts";
import { toHumanLine } from "./human-log.ts";

/** Makes the log on standard output: JSON lines, or lines for people on a terminal. Each line is written before the call returns. */
export function createLogger(level: Settings["logLevel"]): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!process.stdout.isTTY) return pino(options, pino.destination({ dest: 1, sync: true }));
  return pino(options, {
    write(line: string) {
      process.stdout.write(`${toHumanLine(line)}\n`);
    },
  });
}

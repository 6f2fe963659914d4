import type { Logger } from "pino";
import type { Settings } from "../env.ts";
import { version } from "../version.ts";
import type { LogFormat } from "./logger.ts";

/** What a server says of itself when it listens. */
export interface StartFacts {
  url: string;
  /** What and where the store is, without credentials. */
  store: string;
  settings: Settings;
}

/** Logs that the server listens: some lines for people, or one line of JSON. */
export function logStart(logger: Logger, format: LogFormat, facts: StartFacts): void {
  if (!logger.isLevelEnabled("info")) return;
  if (format === "pretty") {
    process.stdout.write(toStartLines(facts));
    return;
  }
  const { url, store, settings } = facts;
  const docs = `${url}/docs`;
  logger.info(
    {
      ...{ url, docs, store, version, processes: settings.processes },
      callers: toCallers(settings),
      durable: settings.mongodbUri !== undefined || settings.dataFile !== ":memory:",
      shared: settings.mongodbUri !== undefined,
    },
    `${startText(settings)}: ${url}, docs at ${docs}, data in ${store}`,
  );
}

/** Writes what a person looks for after the start. */
export function toStartLines({ url, store, settings }: StartFacts): string {
  const rows = [
    ["API", url],
    ["Docs", `${url}/docs`],
    ["Store", `${store}${toStoreNote(settings)}`],
    ["Callers", toCallers(settings)],
    ...(settings.processes > 1 ? [["Processes", String(settings.processes)]] : []),
  ];
  const lines = rows.map(([name = "", text]) => `  ${name.padEnd(11)}${text}`);
  return [`\nChatNest ${version}`, ...lines, "", ""].join("\n");
}

function startText({ trust, host, mongodbUri }: Settings): string {
  const begins = mongodbUri === undefined ? "ChatNest is ready" : "ChatNest is listening";
  return trust === "everyone" ? `${begins} on ${host} and trusts every caller` : begins;
}

function toStoreNote({ mongodbUri, dataFile }: Settings): string {
  if (mongodbUri !== undefined) return "";
  if (dataFile === ":memory:") return " (not durable: everything is gone after a stop)";
  return " (for this process alone; MongoDB can be shared: MONGODB_URI)";
}

function toCallers({ trust, credentials }: Settings): string {
  if (trust === "everyone") return "everyone, without credentials";
  if (!credentials) return "callers on this machine, without credentials";
  const kinds = [
    ...(credentials.apiKeys.length > 0 ? ["a server key"] : []),
    ...(credentials.tokens ? ["a user token"] : []),
  ];
  return `callers with ${kinds.join(" or ")}`;
}

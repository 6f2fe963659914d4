import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { CommandError } from "../command-error.ts";

/** Where the value of a setting comes from. */
export type Source = "environment" | ".env" | "default";

/** What is set, without empty values. */
export interface Given {
  values: Readonly<Record<string, string>>;
  sourceOf(name: string): Source;
}

/**
 * Reads what is set in the environment, and below it in a `.env` file.
 * @throws CommandError when the file cannot be read.
 */
export function readGiven(environment: NodeJS.ProcessEnv, file: string): Given {
  const outer = withoutEmpty(environment);
  const inner = withoutEmpty(readEnvFile(file));
  return {
    values: { ...inner, ...outer },
    sourceOf: (name) => (name in outer ? "environment" : name in inner ? ".env" : "default"),
  };
}

function readEnvFile(file: string): NodeJS.Dict<string> {
  try {
    // parseEnv takes a byte order mark, which some editors write, for a part of the first name.
    return parseEnv(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new CommandError(`${file} cannot be read`, { cause: error });
  }
}

function withoutEmpty(values: NodeJS.Dict<string>): Record<string, string> {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const trimmed = value?.trim();
    return trimmed ? [[name, trimmed] as const] : [];
  });
  return Object.fromEntries(entries);
}

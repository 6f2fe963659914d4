import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "./run.ts";
import { type CompilerVersion, toCompiler } from "./tools.ts";

/** What a consumer has in its `tsconfig.json`. */
export interface CompilerSetup {
  /** Names it in the title of a test and in the folder of what it makes. */
  name: string;
  files: string[];
  options: Record<string, unknown>;
}

/** As strict as TypeScript can be; also of libraries. */
export const strict = {
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  target: "es2022",
  types: [],
};

/**
 * Compiles programs of a project, and says in which folder of it they are then.
 * @throws Error with what the compiler complains about.
 */
export async function compile(
  directory: string,
  version: CompilerVersion,
  { name, files, options }: CompilerSetup,
): Promise<string> {
  const key = `${version} ${name}`.replaceAll(" ", "-");
  const outDir = `out/${key}`;
  const config = { compilerOptions: { ...options, rootDir: ".", outDir }, files };
  const configFile = `tsconfig.${key}.json`;
  await writeFile(join(directory, configFile), JSON.stringify(config));
  await run(process.execPath, [toCompiler(version), "--project", configFile], directory);
  return outDir;
}

/** Calls the `talk` of a compiled module of a project, and returns what it tells. */
export async function runTalk<TTold>(
  directory: string,
  module: string,
  url: string,
): Promise<TTold> {
  const program = `
    const { talk } = await import(${JSON.stringify(pathToFileURL(join(directory, module)))});
    console.log(JSON.stringify(await talk(${JSON.stringify(url)})));`;
  const args = ["--input-type=module", "--eval", program];
  return JSON.parse(await run(process.execPath, args, directory));
}

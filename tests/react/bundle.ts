import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";
import { newFolder } from "../cli/folder.ts";

/** Renders the page as a server does, and counts the requests that it makes meanwhile. */
type Render = (panels: readonly string[]) => { html: string; requests: number };

const pages = fileURLToPath(new URL("page/", import.meta.url));

/** Bundles a program of the page as in development: with the checks of React. */
export async function bundle(program: string, ssr = false): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"development"' },
    ssr: { noExternal: true },
    build: { write: false, minify: false, ssr, rolldownOptions: { input: join(pages, program) } },
  });
  const [{ output } = { output: [] }] = [built].flat().filter((one) => "output" in one);
  const [chunk] = output;
  return chunk?.type === "chunk" ? chunk.code : "";
}

/** Returns the function that renders the page on a server. */
export async function loadRender(): Promise<Render> {
  await using folder = await newFolder();
  const file = join(folder.path, "server.mjs");
  await writeFile(file, await bundle("server.tsx", true));
  return (await import(pathToFileURL(file).href)).render;
}

// Loaded ahead of a program: changes one place of its source, for settings that nobody else needs to choose. `BENCH_CHANGE` is the
// JSON of a SourceChange.
import { registerHooks } from "node:module";

/** A place in a source file, and what it is changed to. */
export interface SourceChange {
  /** The end of the file's path. */
  file: string;
  from: string;
  to: string;
}

const { file, from, to }: SourceChange = JSON.parse(process.env["BENCH_CHANGE"] ?? "");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(file)) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    if (!source.includes(from)) throw new Error(`${file} no longer says ${from}`);
    return { ...loaded, source: source.replaceAll(from, to) };
  },
});

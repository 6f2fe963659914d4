// Arguments: names of rows (`page-back`), or how several begin (`live`); none measures all. `--write` writes the table into
// docs/performance.md.
import { run } from "./run.ts";

const given = process.argv.slice(2);
const names = given.filter((argument) => argument !== "--write");
process.exitCode = await run({ names, writes: names.length < given.length });

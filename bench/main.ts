import { measureChanges } from "./changes.ts";
import { measureContention, measureGroupDepth } from "./contention.ts";
import { measureHistory } from "./history.ts";
import { measureImport } from "./import.ts";
import { measureAcross, measureLive } from "./live.ts";
import { measurePosts } from "./post.ts";
import { type Figure, printFigures } from "./report.ts";
import { measureSdk } from "./sdk.ts";

const benches: Record<string, () => Promise<Figure[]>> = {
  live: measureLive,
  across: measureAcross,
  sdk: measureSdk,
  post: measurePosts,
  history: measureHistory,
  changes: measureChanges,
  import: measureImport,
  contention: measureContention,
  "group-depth": measureGroupDepth,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  throw new Error(`no such bench: ${unknown.join(", ")}; there are ${Object.keys(benches)}`);
}
let missed = 0;
for (const [name, measure] of Object.entries(benches)) {
  if (asked.length === 0 || asked.includes(name)) missed += printFigures(name, await measure());
}
if (missed > 0) process.exitCode = 1;

// Nothing else may be imported before the check: an older Node.js fails while it loads the rest, without saying why.
import packageJson from "../package.json" with { type: "json" };
import { isNodeNewEnough } from "./node-version.ts";

const { engines } = packageJson;

if (isNodeNewEnough(process.versions.node, engines.node)) {
  const { runCommandLine } = await import("./cli/index.ts");
  process.exitCode = await runCommandLine(process.argv.slice(2));
} else {
  const wanted = engines.node.replace(">=", "");
  console.error(
    `chatnest: needs Node.js ${wanted} or newer: this is ${process.versions.node} (${process.execPath})`,
  );
  process.exitCode = 1;
}

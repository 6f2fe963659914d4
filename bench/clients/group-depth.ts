// Loaded ahead of the store: sets how many groups it writes at once to `BENCH_GROUP_DEPTH`, which nobody else needs to choose.
import { registerHooks } from "node:module";

const setting = /groupsInFlightMax: \d+/;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith("/db/src/mongo/messages.ts")) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    if (!setting.test(source))
      throw new Error("the store no longer says how many groups it writes");
    const changed = source.replace(
      setting,
      `groupsInFlightMax: ${process.env["BENCH_GROUP_DEPTH"]}`,
    );
    return { ...loaded, source: changed };
  },
});

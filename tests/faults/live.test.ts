import { describe, it } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { findFreePorts } from "../support/free-port.ts";
import { startLiveLoad } from "./live-load.ts";

describe("subscribers of a server on the embedded store", () => {
  it("have every message once, in order, though it is killed, and then stopped", async () => {
    await using folder = await newFolder();
    const [port = 0] = await findFreePorts(1);
    const env = { PORT: String(port), CHATNEST_RATE_LIMIT: "0", CHATNEST_SHUTDOWN_GRACE_S: "2" };
    const options = { cwd: folder.path, env };
    await using first = await startServer(options);
    await using load = await startLiveLoad([first.url]);
    await load.goOn(300);
    await first.stop("SIGKILL");
    await using second = await startServer(options);
    await load.goOn(300);
    await second.stop("SIGTERM");
    await using _third = await startServer(options);
    await load.goOn(300);
    await load.finish("killed and stopped");
  });
});

import { filledFolder } from "../fill/embedded.ts";
import type { Kit } from "../kit.ts";
import { filledMongoUri } from "../peers/mongo.ts";
import { startChatNest } from "./chatnest.ts";
import type { MeasuredServer } from "./server.ts";

/** Which of the stores that have the conversations of most rows. */
export type FilledStore = "mongo" | "embedded";

/** Starts the server with the conversations of most rows. */
export async function startFilled(kit: Kit, store: FilledStore): Promise<MeasuredServer> {
  return startChatNest(
    store === "mongo"
      ? { MONGODB_URI: await kit.get(filledMongoUri) }
      : { CHATNEST_DATA: await kit.get(filledFolder) },
  );
}

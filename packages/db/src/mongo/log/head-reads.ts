import { GroupRead } from "../../commit/group-read.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { type LogHead, readLogHeads } from "./heads.ts";

/** Reads the heads of logs; empty logs are left out. */
export type ReadHeads = (streams: readonly Stream[]) => Promise<ReadonlyMap<Stream, LogHead>>;

/** Calls for more logs than this get commands of their own. */
const sharedMax = 100;
/** How many logs one shared command reads. */
const streamsMax = 1_000;

/** Opens the reading of heads. Calls at the same time share commands: each costs as much as a whole page otherwise. */
export function openHeadReads(connection: Connection): ReadHeads {
  const shared = new GroupRead<Stream, LogHead>({
    read: (streams) => readLogHeads(connection, streams),
    keysMax: streamsMax,
    sharedMax,
  });
  return (streams) => shared.get(streams);
}

import type { Row } from "../row.ts";
import { changeRows } from "./changes.ts";
import { contentionRows } from "./contention.ts";
import { historyRows } from "./history.ts";
import { importRows } from "./import.ts";
import { inboxRows } from "./inbox.ts";
import { largeRows } from "./large.ts";
import { liveRows } from "./live.ts";
import { pageRows } from "./pages.ts";
import { readRows } from "./reads.ts";
import { sdkRows } from "./sdk.ts";
import { sendRows } from "./sends.ts";
import { stallRows } from "./stall.ts";

/** All rows, in the order in which they are measured. */
export const rows: readonly Row[] = [
  ...sendRows,
  ...pageRows,
  ...inboxRows,
  ...readRows,
  ...historyRows,
  ...liveRows,
  ...stallRows,
  ...largeRows,
  ...importRows,
  ...contentionRows,
  ...changeRows,
  ...sdkRows,
];

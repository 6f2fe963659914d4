import { eraseCommand } from "../cli/erase-command.ts";
import { fromFastApiCommand } from "../cli/from-fastapi/command.ts";
import { backupStore } from "../transfer/backup-command.ts";
import { checkData } from "../transfer/check-command.ts";
import { exportUnits } from "../transfer/export-command.ts";
import type { AnyStoreCommand } from "./command.ts";

/** The commands that a server runs on its store for `chatnest` commands beside it. */
export const storeCommands: readonly AnyStoreCommand[] = [
  backupStore,
  checkData,
  exportUnits,
  eraseCommand,
  fromFastApiCommand,
];

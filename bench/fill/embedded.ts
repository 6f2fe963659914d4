import { join } from "node:path";
import { openSqliteStore } from "@chatnest/db";
import type { Kit } from "../kit.ts";
import { fillStore } from "./store.ts";

/** Fills an embedded database with the conversations of most rows; returns its folder. One server at a time can have it. */
export async function filledFolder(kit: Kit): Promise<string> {
  const folder = await kit.folder();
  const store = openSqliteStore(join(folder, "chatnest.db"));
  await fillStore(store);
  await store.close();
  return folder;
}

import { rm } from "node:fs/promises";

/** Removes a copy of an embedded store that is not whole, with the journal that SQLite leaves when it cannot write. */
export async function removeCopy(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}-journal`, { force: true });
}

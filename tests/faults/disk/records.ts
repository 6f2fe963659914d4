import { readFile } from "node:fs/promises";

/** What a process did to a file, or to a folder with a sync. */
export interface DiskRecord {
  /** A sync has a number, and ends with `synced`. */
  act: "write" | "truncate" | "unlink" | "sync" | "synced";
  path: string;
  /** Where a write begins, how long a truncated file is, or the number of a sync. */
  at: number;
  /** What was written. */
  bytes: Buffer;
}

/** Reads what the shim has recorded. */
export async function readRecords(file: string): Promise<DiskRecord[]> {
  const all = await readFile(file);
  const records: DiskRecord[] = [];
  for (let start = 0; start < all.length; ) {
    const end = all.indexOf("\n", start);
    // The process was killed while it wrote the last one.
    if (end < 0) break;
    const { length, ...record } = JSON.parse(all.toString("utf8", start, end));
    const isWrite = record.act === "write";
    start = end + 1 + (isWrite ? length : 0);
    records.push({ ...record, bytes: all.subarray(end + 1, start) });
  }
  return records;
}

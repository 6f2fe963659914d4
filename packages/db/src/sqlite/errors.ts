import { StoreError } from "../errors.ts";

// The primary result codes of https://www.sqlite.org/rescode.html for conditions outside ChatNest.
const busy = 5;
const full = 13;
const unavailable = new Set([busy, 7 /* NOMEM */, 8 /* READONLY */, 10 /* IOERR */, full]);
const cannotOpen: Record<number, string> = {
  [busy]: "another process holds it: stop that one, or use its URL",
  8: "it cannot be written to: check the permissions of the file and its folder",
  10: "the disk cannot be read or written",
  11: "the file is damaged: restore it from a backup",
  [full]: "the disk is full",
  14: "the file cannot be opened: check that the folder exists, and its permissions",
  26: "the file is not a ChatNest database",
};

// CORRUPT and NOTADB.
const damaged = new Set([11, 26]);

/** Tells whether an error means that the file of an embedded store is damaged. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && damaged.has(code);
}

/** Converts errors of SQLite that are temporary to a {@link StoreError}; returns all others as they are. */
export function toStoreError(error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined || !unavailable.has(code)) return error;
  const reason = code === full ? ": the disk is full" : "";
  return new StoreError("unavailable", `the embedded store cannot write${reason}`, {
    cause: error,
  });
}

/** Converts errors of writing a copy in the same way. */
export function toCopyError(error: unknown): unknown {
  const converted = toStoreError(error);
  if (converted === error) return error;
  const reason = resultCode(error) === full ? "the disk is full" : reasonOf(error);
  return new StoreError("unavailable", `the copy cannot be written: ${reason}`, { cause: error });
}

/** Makes the error that says which file could not be opened, why, and what to do about it. */
export function toOpenError(file: string, error: unknown): StoreError {
  const code = resultCode(error);
  const reason = (code === undefined ? undefined : cannotOpen[code]) ?? reasonOf(error);
  return new StoreError("cannot_open", `cannot open the embedded store ${file}: ${reason}`, {
    cause: error,
  });
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  // The lowest byte of an extended code is the primary one.
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

const folderReasons: Record<string, string> = {
  EEXIST: "its folder is a file: choose another",
  ENOTDIR: "its folder is below a file: choose another",
  EACCES: "its folder cannot be created: check the permissions",
  EROFS: "its folder is on a disk that cannot be written to",
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return folderReasons[code] ?? error.message;
}

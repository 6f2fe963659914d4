import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from "mongodb";
import { isStoreError, StoreError } from "../errors.ts";

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const duplicateKey = 11000;
const authenticationCodes = new Set([18 /* AuthenticationFailed */, 8000 /* Atlas: bad auth */]);
const unavailableCodes = new Set([
  6 /* HostUnreachable */, 7 /* HostNotFound */, 43 /* CursorNotFound */, 50 /* MaxTimeMSExpired */,
  64 /* WriteConcernTimeout */, 89 /* NetworkTimeout */, 91 /* ShutdownInProgress */,
  133 /* FailedToSatisfyReadPreference */, 134 /* ReadConcernMajorityNotAvailableYet */,
  189 /* PrimarySteppedDown */, 202 /* NetworkInterfaceExceededTimeLimit */,
  262 /* ExceededTimeLimit */, 317 /* ConnectionPoolExpired */, 9001 /* SocketException */,
  10058 /* LegacyNotPrimary */, 10107 /* NotWritablePrimary */, 11600 /* InterruptedAtShutdown */,
  11602 /* InterruptedDueToReplStateChange */, 13435 /* NotPrimaryNoSecondaryOk */,
  13436 /* NotPrimaryOrSecondary */,
]);

/** Says whether MongoDB is away, or was for a moment: whatever was asked may have happened or not. */
export function isUnavailable(error: unknown): boolean {
  if (isStoreError(error, "unavailable")) return true;
  // A socket's own error, which the driver passes on as it is when it comes while a write waits to be flushed.
  if (error instanceof Error && "syscall" in error) return true;
  // A bulk write wraps what cut it off, and then has no code of its own.
  if (error instanceof MongoBulkWriteError && error.code === undefined) return true;
  if (error instanceof MongoServerError) return unavailableCodes.has(Number(error.code));
  if (!(error instanceof MongoError)) return false;
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    // Not exported by the driver: no connection came free in time.
    error.name === "MongoWaitQueueTimeoutError"
  );
}

/** Says whether a document with the same unique key is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/** Says whether nothing else became of a bulk write than that some documents were there already. */
export function isOnlyDuplicates(error: unknown): error is MongoBulkWriteError {
  if (!(error instanceof MongoBulkWriteError)) return false;
  const { writeErrors, result } = error;
  const errors = Array.isArray(writeErrors) ? writeErrors : [writeErrors];
  if (result.getWriteConcernError()) return false;
  return errors.length > 0 && errors.every(({ code }) => code === duplicateKey);
}

/** Says whether trying to connect again cannot help: the server does not know us. */
export function isAuthenticationFailure(error: unknown): boolean {
  return error instanceof MongoServerError && authenticationCodes.has(Number(error.code));
}

/** Turns what the driver throws into a {@link StoreError}; what is not its absence is a bug, and stays as it is. */
export function toStoreError(error: unknown): unknown {
  if (isStoreError(error)) return error;
  if (isUnavailable(error)) {
    return new StoreError("unavailable", "MongoDB is away", { cause: error });
  }
  return error;
}

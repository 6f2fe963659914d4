import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
  type WriteError,
} from "mongodb";
import { isStoreError, StoreError } from "../../errors.ts";

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const duplicateKey = 11000;
const authenticationCodes = new Set([18 /* AuthenticationFailed */, 8000 /* Atlas: bad auth */]);
const unavailableCodes = new Set([
  6 /* HostUnreachable */, 7 /* HostNotFound */, 24 /* LockTimeout */, 43 /* CursorNotFound */,
  50 /* MaxTimeMSExpired */, 64 /* WriteConcernTimeout */, 89 /* NetworkTimeout */,
  91 /* ShutdownInProgress */, 112 /* WriteConflict */, 133 /* FailedToSatisfyReadPreference */,
  134 /* ReadConcernMajorityNotAvailableYet */, 175 /* QueryPlanKilled */,
  189 /* PrimarySteppedDown */, 202 /* NetworkInterfaceExceededTimeLimit */, 211 /* KeyNotFound */,
  237 /* CursorKilled */, 246 /* SnapshotUnavailable */, 262 /* ExceededTimeLimit */,
  317 /* ConnectionPoolExpired */, 365 /* TemporarilyUnavailable */, 462 /* overloaded */,
  9001 /* SocketException */, 10058 /* LegacyNotPrimary */, 10107 /* NotWritablePrimary */,
  11600 /* InterruptedAtShutdown */, 11601 /* Interrupted */,
  11602 /* InterruptedDueToReplStateChange */, 13388 /* StaleConfig */,
  13435 /* NotPrimaryNoSecondaryOk */, 13436 /* NotPrimaryOrSecondary */,
  14031 /* OutOfDiskSpace */,
]);
// By which newer servers and the driver say the same of codes that are not known here.
const unavailableLabels = ["RetryableWriteError", "RetryableError", "SystemOverloadedError"];
// Not exported by the driver: no connection came free in time, or its server was just taken off the list.
const unavailableNames = [
  "MongoWaitQueueTimeoutError",
  "MongoPoolClosedError",
  "MongoPoolClearedError",
  "MongoServerClosedError",
];

/** Says whether a code of the server means that it cannot do its work now. */
export function isAwayCode(code: unknown): boolean {
  return unavailableCodes.has(Number(code));
}

/** Says whether MongoDB is away, or was for a moment: whatever was asked may have happened or not. */
export function isUnavailable(error: unknown): boolean {
  if (isStoreError(error, "unavailable")) return true;
  // A socket's own error, which the driver passes on as it is when it comes while a write waits to be flushed.
  if (error instanceof Error && "syscall" in error) return true;
  if (!(error instanceof MongoError)) return false;
  return (
    isAwayCode(error.code) ||
    unavailableLabels.some((label) => error.hasErrorLabel(label)) ||
    unavailableNames.includes(error.name) ||
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoWriteConcernError ||
    (error instanceof MongoBulkWriteError && isBulkCutOff(error))
  );
}

// It wraps what cut it off, and then has no code of its own; else it has the code of its first error only.
function isBulkCutOff(error: MongoBulkWriteError): boolean {
  if (error.code === undefined || error.result.getWriteConcernError()) return true;
  return writeErrorsOf(error).some(({ code }) => isAwayCode(code));
}

function writeErrorsOf({ writeErrors }: MongoBulkWriteError): WriteError[] {
  return [writeErrors].flat();
}

/** Says whether a document with the same unique key is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/** Says whether nothing else became of a bulk write than that some documents were there already. */
export function isOnlyDuplicates(error: unknown): error is MongoBulkWriteError {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) return false;
  const errors = writeErrorsOf(error);
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

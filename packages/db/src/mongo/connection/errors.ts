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
// The primary was lost, or is not one any more: another one may answer at once.
const primaryLostCodes = [
  6 /* HostUnreachable */, 7 /* HostNotFound */, 89 /* NetworkTimeout */,
  91 /* ShutdownInProgress */, 134 /* ReadConcernMajorityNotAvailableYet */,
  189 /* PrimarySteppedDown */, 262 /* ExceededTimeLimit */, 9001 /* SocketException */,
  10058 /* LegacyNotPrimary */, 10107 /* NotWritablePrimary */, 11600 /* InterruptedAtShutdown */,
  11602 /* InterruptedDueToReplStateChange */, 13435 /* NotPrimaryNoSecondaryOk */,
  13436 /* NotPrimaryOrSecondary */,
];
const unavailableCodes = new Set([
  ...primaryLostCodes,
  24 /* LockTimeout */,
  43 /* CursorNotFound */,
  50 /* MaxTimeMSExpired */,
  64 /* WriteConcernTimeout */,
  112 /* WriteConflict */,
  133 /* FailedToSatisfyReadPreference */,
  175 /* QueryPlanKilled */,
  202 /* NetworkInterfaceExceededTimeLimit */,
  211 /* KeyNotFound */,
  237 /* CursorKilled */,
  246 /* SnapshotUnavailable */,
  317 /* ConnectionPoolExpired */,
  365 /* TemporarilyUnavailable */,
  462 /* overloaded */,
  11601 /* Interrupted */,
  13388 /* StaleConfig */,
  14031 /* OutOfDiskSpace */,
]);
// Labels by which newer servers and the driver mark other codes as temporary.
const unavailableLabels = ["RetryableWriteError", "RetryableError", "SystemOverloadedError"];
// Errors that the driver does not export: no connection was free in time, or the pool or the server was closed meanwhile.
const unavailableNames = [
  "MongoWaitQueueTimeoutError",
  "MongoPoolClosedError",
  "MongoPoolClearedError",
  "MongoServerClosedError",
];

/** Tells whether a code of the server means that it cannot work at the moment. */
export function isUnavailableCode(code: unknown): boolean {
  return unavailableCodes.has(Number(code));
}

/**
 * Tells whether a read may succeed at once when it is repeated: the primary was lost, and the driver knows or finds another.
 * https://github.com/mongodb/specifications/blob/master/source/retryable-reads/retryable-reads.md
 */
export function isRetryableRead(error: unknown): boolean {
  if (error instanceof MongoNetworkError) return true;
  return error instanceof MongoServerError && primaryLostCodes.includes(Number(error.code));
}

/** Tells whether MongoDB is unavailable, or was for a moment. The outcome of the command is then unknown. */
export function isUnavailable(error: unknown): boolean {
  if (isStoreError(error, "unavailable")) return true;
  // An error of the socket, which the driver does not wrap while a write waits to be flushed.
  if (error instanceof Error && "syscall" in error) return true;
  if (!(error instanceof MongoError)) return false;
  return (
    isUnavailableCode(error.code) ||
    unavailableLabels.some((label) => error.hasErrorLabel(label)) ||
    unavailableNames.includes(error.name) ||
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoWriteConcernError ||
    (error instanceof MongoBulkWriteError && isBulkCutOff(error))
  );
}

// A bulk error without a code wraps the error that interrupted it. Otherwise its code is that of its first write error only.
function isBulkCutOff(error: MongoBulkWriteError): boolean {
  if (error.code === undefined || error.result.getWriteConcernError()) return true;
  return writeErrorsOf(error).some(({ code }) => isUnavailableCode(code));
}

function writeErrorsOf({ writeErrors }: MongoBulkWriteError): WriteError[] {
  return [writeErrors].flat();
}

/** Tells whether a document with the same unique key exists. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/** Tells whether a bulk write failed only because some of its documents exist. */
export function isOnlyDuplicates(error: unknown): error is MongoBulkWriteError {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) return false;
  const errors = writeErrorsOf(error);
  return errors.length > 0 && errors.every(({ code }) => code === duplicateKey);
}

/** Tells whether the server refused the credentials, so that trying again will not help. */
export function isAuthenticationFailure(error: unknown): boolean {
  return error instanceof MongoServerError && authenticationCodes.has(Number(error.code));
}

/** Converts errors of the driver that are temporary to a {@link StoreError}; any other is a bug and returned as it is. */
export function toStoreError(error: unknown): unknown {
  if (isStoreError(error)) return error;
  if (isUnavailable(error)) {
    return new StoreError("unavailable", "MongoDB is unavailable", { cause: error });
  }
  return error;
}

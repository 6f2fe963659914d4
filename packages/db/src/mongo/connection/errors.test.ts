import { MongoBulkWriteError, MongoDriverError, MongoServerError } from "mongodb";
import { describe, expect, it } from "vitest";
import { StoreError } from "../../errors.ts";
import { isUnavailable, toStoreError } from "./errors.ts";

// Codes of a server that is busy, electing, shutting down, out of space or under repair. All are temporary.
const codes = [
  6, 7, 24, 43, 50, 64, 89, 91, 112, 133, 134, 175, 189, 202, 211, 237, 246, 262, 317, 365, 462,
  9001, 10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031,
];
const bugs = [2 /* BadValue */, 9 /* FailedToParse */, 13 /* Unauthorized */, 11000, 10334];

const serverError = (code: number) => new MongoServerError({ message: "refused", code });

describe("an error of the driver", () => {
  it.each(codes)("is temporary with code %i", (code) => {
    expect(isUnavailable(serverError(code))).toBe(true);
  });

  it.each(bugs)("is a bug with code %i", (code) => {
    const error = serverError(code);
    expect(isUnavailable(error)).toBe(false);
    expect(toStoreError(error)).toBe(error);
  });

  it.each(["RetryableWriteError", "RetryableError", "SystemOverloadedError"])(
    "is temporary with an unknown code and the label %s",
    (label) => {
      const error = serverError(99_999);
      expect(isUnavailable(error)).toBe(false);
      error.addErrorLabel(label);
      expect(isUnavailable(error)).toBe(true);
    },
  );

  it.each(["MongoWaitQueueTimeoutError", "MongoPoolClosedError", "MongoServerClosedError"])(
    "is temporary when it is a %s",
    (name) => {
      const error = new MongoDriverError("gone");
      Object.defineProperty(error, "name", { value: name });
      expect(isUnavailable(error)).toBe(true);
    },
  );

  it("is temporary when a bulk write had a temporary error after a duplicate", () => {
    const bulk = (first: number, second: number) => {
      const result = { getWriteConcernError: () => undefined };
      const error = new MongoBulkWriteError({ message: "refused", code: first }, result as never);
      return Object.assign(error, { writeErrors: [{ code: first }, { code: second }] });
    };
    expect(isUnavailable(bulk(11000, 189))).toBe(true);
    expect(isUnavailable(bulk(11000, 11000))).toBe(false);
  });

  it("becomes a StoreError without the text of the driver", () => {
    const error = toStoreError(serverError(189)) as StoreError;
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "unavailable", cause: { code: 189 } });
    expect(error.message).not.toContain("refused");
  });
});

import { describe, expect, it } from "vitest";
import {
  answerTimeoutMs,
  callTimeoutMs,
  closeTimeoutMs,
  connectTimeoutMs,
  heartbeatFrequencyMs,
  lastCallsTimeoutMs,
  readTimeoutMs,
  requestTimeoutMs,
  serverSelectionTimeoutMs,
  socketTimeoutMs,
  triesEndAfterMs,
  waitMsMax,
  waitQueueTimeoutMs,
  writeTimeoutMs,
} from "./deadlines.ts";

describe("deadlines", () => {
  it.each([
    { name: "read", serverMs: readTimeoutMs },
    { name: "write", serverMs: writeTimeoutMs },
  ])("let a server end a slow $name before its connection is given up", ({ serverMs }) => {
    expect(serverMs).toBeLessThan(socketTimeoutMs);
  });

  it("let the driver notice a silent primary before a command stops waiting for the next one", () => {
    expect(heartbeatFrequencyMs + connectTimeoutMs).toBeLessThan(serverSelectionTimeoutMs);
  });

  it("let a command open a connection before it stops waiting for one", () => {
    expect(connectTimeoutMs).toBeLessThanOrEqual(waitQueueTimeoutMs);
  });

  it("leave a group time for another attempt after one without an answer and without a primary", () => {
    const failedTryMs = socketTimeoutMs + serverSelectionTimeoutMs;
    expect(failedTryMs).toBeLessThan(triesEndAfterMs);
  });

  it("end the attempts of a group, and the wait for one, before the call", () => {
    expect(Math.max(triesEndAfterMs, waitMsMax)).toBeLessThan(callTimeoutMs);
  });

  it("end a call before the answer, and the answer before the request", () => {
    expect(callTimeoutMs).toBeLessThan(answerTimeoutMs);
    expect(answerTimeoutMs).toBeLessThan(requestTimeoutMs);
    expect(requestTimeoutMs).toBe(15_000);
  });

  it("let a closing store reject its calls before it is closed, and close before a call would time out", () => {
    expect(lastCallsTimeoutMs).toBeLessThan(closeTimeoutMs);
    expect(closeTimeoutMs).toBeLessThan(callTimeoutMs);
  });
});

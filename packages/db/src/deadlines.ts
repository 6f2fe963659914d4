// How the 15 s of a request add up. Each limit is longer than the one above it; the last three cut off late answers.
//
//    4 s    the server works on a read, or waits for a majority to acknowledge a write
//    5 s    an attempt without an answer: the socket times out, or no primary is found
//   12 s    a send waits for its group, or a group makes attempts
//   13 s    a call of the store
//   13.5 s  an answer, which may need several calls
//   15 s    the request: the rest is for HTTP and a busy event loop
//
// A closing store rejects unfinished calls after 4 s and is closed after 5 s.

/** How long a majority may take to acknowledge a write, in ms; after that its outcome is unknown. */
export const writeTimeoutMs = 4_000;
/** How long the server may work on a read, in ms. */
export const readTimeoutMs = 4_000;

/** How long opening a connection to MongoDB may take, in ms. */
export const connectTimeoutMs = 2_000;
/** How often the driver checks each server, in ms. A silent server is noticed after this and `connectTimeoutMs`. */
export const heartbeatFrequencyMs = 2_000;
/** How long a command waits for a connection of the pool, in ms. */
export const waitQueueTimeoutMs = 2_000;
/** How long a command waits for a primary, in ms. */
export const serverSelectionTimeoutMs = 5_000;
/** After how long a silent connection is closed, in ms. The limits of the server end slow commands before that. */
export const socketTimeoutMs = 5_000;

/** How long a send may wait for its group, in ms; then it is rejected, unwritten. */
export const waitMsMax = 12_000;
/** When a group starts no further attempt, in ms since its first one. */
export const triesEndAfterMs = 12_000;
/** How long a call of the store takes at most, in ms. */
export const callTimeoutMs = 13_000;
/** How long an answer to a client takes at most, in ms, however many calls of the store it needs. */
export const answerTimeoutMs = 13_500;
/** How long a request takes at most, in ms: the promise to clients. */
export const requestTimeoutMs = 15_000;

/** How long a closing store waits for unfinished calls, in ms; then they are rejected. */
export const lastCallsTimeoutMs = 4_000;
/** How long closing a store takes at most, in ms. */
export const closeTimeoutMs = 5_000;

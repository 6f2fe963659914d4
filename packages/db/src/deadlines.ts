// How the 15 s of a request add up. Each step outlasts what it waits for, and the last ones cut off whatever is late.
//
//    4 s  the server works on one read, or waits for a majority to have one write
//    5 s  one try, when nothing answers: the socket times out, or no primary is found
//   12 s  a send waits for its group, or its group tries again
//   13 s  one call of the store
//   13.5  one answer, which may need several calls
//   15 s  the request: what is left is for HTTP and for an event loop that is busy
//
// A store that closes cuts off the calls under way after 4 s and is closed after 5 s.

/** How long a majority may take to have a write, in ms; after that its outcome is unknown. */
export const writeTimeoutMs = 4_000;
/** How long the server may work on a read, in ms. */
export const readTimeoutMs = 4_000;

/** How long opening a connection to MongoDB may take, in ms. */
export const connectTimeoutMs = 2_000;
/** How often the driver asks each server how it is, in ms: a silent one is missed after this and `connectTimeoutMs`. */
export const heartbeatFrequencyMs = 2_000;
/** How long a command waits for a connection of the pool, in ms. */
export const waitQueueTimeoutMs = 2_000;
/** How long a command waits for a primary, in ms. */
export const serverSelectionTimeoutMs = 5_000;
/** After how long a silent connection is given up, in ms: a slow answer comes before that, by the server's own limits. */
export const socketTimeoutMs = 5_000;

/** How long a send may wait for its group, in ms; after that it is refused, unwritten. */
export const waitMsMax = 12_000;
/** When a group that cannot be written tries no more, in ms since it began. A try that has begun goes on. */
export const triesEndAfterMs = 12_000;
/** How long a call of the store takes at most, in ms, whatever it waits for. */
export const callTimeoutMs = 13_000;
/** How long an answer to a client takes at most, in ms, however many calls of the store it needs. */
export const answerTimeoutMs = 13_500;
/** How long a request takes at most, in ms: what clients are promised. */
export const requestTimeoutMs = 15_000;

/** How long a store that closes waits for the calls under way, in ms; after that they are rejected. */
export const lastCallsTimeoutMs = 4_000;
/** How long closing a store takes at most, in ms. */
export const closeTimeoutMs = 5_000;

import type { ChangeStreamDocument, ClientSession, Document } from "mongodb";

/** How far a change stream is behind the database. */
export interface Lag {
  /**
   * Tells until when all changes were heard, by `performance.now()`.
   * @param askedAt When the change was requested, by `performance.now()`.
   */
  heardUntil(askedAt: number, change: ChangeStreamDocument<Document> | null): number;
}

/**
 * Measures the lag of the change stream of a session by the clock of the server: replies carry the newest cluster time, and
 * each change its own, both in whole seconds. https://www.mongodb.com/docs/manual/reference/change-events/
 */
export function createLag(session: ClientSession): Lag {
  let clusterTime = session.clusterTime;
  let repliedAt = Number.NEGATIVE_INFINITY;
  return {
    heardUntil(askedAt, change) {
      // Unchanged when the change comes from a batch that was read before.
      if (session.clusterTime !== clusterTime) {
        clusterTime = session.clusterTime;
        repliedAt = askedAt;
      }
      // There were no more changes.
      if (change === null) return askedAt;
      const changedAt = "clusterTime" in change ? change.clusterTime?.t : undefined;
      const newest = clusterTime?.clusterTime.t;
      if (changedAt === undefined || newest === undefined) return Number.NEGATIVE_INFINITY;
      return repliedAt - (newest - changedAt + 1) * 1_000;
    },
  };
}

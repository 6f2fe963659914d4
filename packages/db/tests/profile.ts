import type { Db } from "mongodb";

/** What MongoDB's profiler says of one operation: https://www.mongodb.com/docs/manual/reference/database-profiler/ */
export interface Profile {
  op: string;
  ns: string;
  planSummary?: string;
  hasSortStage?: boolean;
  keysExamined?: number;
  docsExamined?: number;
  nreturned?: number;
  command: Record<string, unknown>;
}

/** Profiles all that is done in a database meanwhile. */
export async function profileOf(db: Db, act: () => Promise<unknown>): Promise<Profile[]> {
  await startProfile(db);
  await act();
  return endProfile(db);
}

/** Begins to profile a database. */
export async function startProfile(db: Db): Promise<void> {
  // The default one keeps 1 MB, and forgets what came first.
  await db.createCollection("system.profile", { capped: true, size: 64 * 1024 * 1024 });
  await db.command({ profile: 2 });
}

/** Says what was done in the store's collections since then. */
export async function endProfile(db: Db): Promise<Profile[]> {
  await db.command({ profile: 0 });
  const profile = db.collection<Profile>("system.profile");
  const profiles = await profile.find({ ns: /\.chat_/ }).toArray();
  await profile.drop();
  return profiles;
}

/** Adds up what operations examined. */
export function examinedBy(profiles: readonly Profile[]): { keys: number; documents: number } {
  const sum = (of: (profile: Profile) => number | undefined) =>
    profiles.reduce((total, profile) => total + (of(profile) ?? 0), 0);
  return { keys: sum((of) => of.keysExamined), documents: sum((of) => of.docsExamined) };
}

import "vitest";

/** A MongoDB that the whole test run shares. */
export interface ProvidedMongoDeployment {
  name: string;
  uri: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** The MongoDBs that every store test runs on, named "replica set" and "standalone", or "given deployment". */
    mongoDeployments: ProvidedMongoDeployment[];
    /** Which part of the random schedules to try: 1 is all. */
    scheduleShare: number;
  }
}

import type { TestProject } from "vitest/node";
import type { MongoDeployment } from "./mongod.ts";
import { startReplicaSet, startStandalone } from "./mongod.ts";
import { findMongod } from "./mongod-binary.ts";

/** Provides the MongoDBs that the whole run shares, and returns how to end them. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const logger = project.vitest.logger;
  // Only a variable made for tests: MONGODB_URI and .env may name a database that matters.
  const given = process.env.CHATNEST_TEST_MONGODB_URI;
  if (given) {
    project.provide("mongoDeployments", [{ name: "given deployment", uri: given }]);
    logger.log("MongoDB: the deployment that CHATNEST_TEST_MONGODB_URI names");
    return undefined;
  }

  const mongod = await findMongod();
  const startedAt = performance.now();
  const [replicaSet, standalone] = await startBoth();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  logger.log(
    `MongoDB: ${mongod.path} ${mongod.version}, a replica set and a standalone started in ${seconds} s`,
  );
  project.provide("mongoDeployments", [
    { name: "replica set", uri: replicaSet.uri },
    { name: "standalone", uri: standalone.uri },
  ]);
  return () => disposeAll([replicaSet, standalone]);
}

async function startBoth(): Promise<[MongoDeployment, MongoDeployment]> {
  const [replicaSet, standalone] = await Promise.allSettled([startReplicaSet(), startStandalone()]);
  if (replicaSet.status === "fulfilled" && standalone.status === "fulfilled") {
    return [replicaSet.value, standalone.value];
  }

  const results = [replicaSet, standalone];
  await disposeAll(
    results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
  );
  throw results.find((result) => result.status === "rejected")?.reason;
}

async function disposeAll(deployments: readonly MongoDeployment[]): Promise<void> {
  await Promise.all(deployments.map((deployment) => deployment[Symbol.asyncDispose]()));
}

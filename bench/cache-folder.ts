import { homedir } from "node:os";
import { join } from "node:path";

/** Where later runs find what took long to make: outside the tree, as the mongod of the tests. */
export const cacheFolder = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "chatnest",
);

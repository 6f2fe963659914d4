// A program of its own, so that a download that hangs can be ended: prints the path of the library's mongod last.
import { MongoBinary } from "mongodb-memory-server-core";

try {
  process.stdout.write(`\n${await MongoBinary.getPath()}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port that speaks for a whole sharded cluster. */
export interface Router extends AsyncDisposable {
  uri: string;
}

// A shard has the code of mongos for these, under names of their own, which MongoDB itself calls within transactions:
// https://github.com/mongodb/mongo/tree/r6.0.5/src/mongo/s/commands (cluster_*_cmd_d.cpp)
const routedNames = new Map([
  ["find", "clusterFind"],
  ["aggregate", "clusterAggregate"],
  ["insert", "clusterInsert"],
  ["update", "clusterUpdate"],
  ["delete", "clusterDelete"],
  ["getMore", "clusterGetMore"],
]);

const opMsg = 2013;
// An OP_MSG is a header of 16 bytes, flags, the kind of its first section, then the command: its length, the type of its
// first field, and that field's name, which is the command's.
const documentAt = 16 + 4 + 1;
const nameAt = documentAt + 4 + 1;

/**
 * Stands before a shard and has it route what it is asked, as a mongos would: this is MongoDB's own routing code, without
 * the program. For trials only. Change streams stay on that one shard.
 * @param port where the shard listens.
 */
export async function openRouter(port: number): Promise<Router> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    far.pipe(near);
    let waiting = Buffer.alloc(0);
    near.on("data", (bytes) => {
      waiting = Buffer.concat([waiting, Buffer.from(bytes)]);
      while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
        const length = waiting.readInt32LE(0);
        far.write(toRouted(waiting.subarray(0, length)));
        waiting = waiting.subarray(length);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;

  return {
    uri: `mongodb://127.0.0.1:${address.port}/chatnest?directConnection=true&retryWrites=false`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), "close");
    },
  };
}

function toRouted(message: Buffer): Buffer {
  if (message.readInt32LE(12) !== opMsg) return message;
  // An explained command is one level down; everything else begins with its name.
  const isExplain = nameOf(message, nameAt) === "explain";
  const at = isExplain ? nameAt + "explain\0".length + 5 : nameAt;
  const name = nameOf(message, at);
  const routed = routedNames.get(name);
  if (!routed || !isForData(message)) return message;

  const grown = Buffer.byteLength(routed) - Buffer.byteLength(name);
  const result = Buffer.concat([
    message.subarray(0, at),
    Buffer.from(routed),
    message.subarray(at + Buffer.byteLength(name)),
  ]);
  const lengths = isExplain ? [0, documentAt, at - 5] : [0, documentAt];
  for (const place of lengths) result.writeInt32LE(result.readInt32LE(place) + grown, place);
  return result;
}

function nameOf(message: Buffer, at: number): string {
  return message.toString("latin1", at, message.indexOf(0, at));
}

function isForData(message: Buffer): boolean {
  const isOfSystem = ["admin", "config", "local"].some((name) =>
    message.includes(`$db\0${String.fromCharCode(name.length + 1)}\0\0\0${name}\0`),
  );
  // Awaiting a change stream needs a real mongos.
  return !isOfSystem && !message.includes("$changeStream") && !message.includes("$cmd.aggregate\0");
}

import { type Connection, createConnection } from "../src/mongo/connection/connection.ts";

/** Thrown at the command before which an actor is killed. */
export class Killed extends Error {}

interface Step {
  actor: string;
  go: () => void;
  kill: () => void;
}

/** Runs actors that share a database, one command at a time, in any order, and kills some of them between two commands. */
export class Stage {
  readonly #uri: string;
  readonly #waiting: Step[] = [];
  readonly #connections: Connection[] = [];
  #acting = 0;
  #arrived = Promise.withResolvers<void>();

  constructor(uri: string) {
    this.#uri = uri;
  }

  /** Makes a connection whose commands wait for their turn. */
  connect(actor: string): Connection {
    const connection = createConnection(this.#uri);
    this.#connections.push(connection);
    const inTurn = () => this.#inTurn(actor);
    const { db, conversations, members, messages } = connection;
    return {
      ...connection,
      db: stepped(db, inTurn),
      conversations: stepped(conversations, inTurn),
      members: stepped(members, inTurn),
      messages: stepped(messages, inTurn),
    };
  }

  /** Starts something that ends by itself or is killed. */
  act(run: () => Promise<unknown>): void {
    this.#acting += 1;
    run()
      .catch((error) => {
        if (!(error instanceof Killed)) throw error;
      })
      .finally(() => {
        this.#acting -= 1;
        this.#arrived.resolve();
      });
  }

  /** Lets one after the other make a step, until all have ended. */
  async play(choose: (count: number) => { next: number; isKilled: boolean }): Promise<void> {
    while (this.#acting > 0) {
      while (this.#waiting.length < this.#acting) {
        this.#arrived = Promise.withResolvers();
        await this.#arrived.promise;
      }
      if (this.#acting === 0) return;
      const { next, isKilled } = choose(this.#waiting.length);
      const [step] = this.#waiting.splice(next, 1);
      if (isKilled) step?.kill();
      else step?.go();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map(({ client }) => client.close()));
  }

  #inTurn(actor: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ actor, go: resolve, kill: () => reject(new Killed(actor)) });
      this.#arrived.resolve();
    });
  }
}

const calls = new Set<string | symbol>([
  ...["command", "findOne", "bulkWrite", "insertOne", "updateOne", "deleteOne"],
]);
const reads = new Set<string | symbol>(["find", "aggregate"]);

/** Wraps a database or a collection so that each of its commands waits. */
function stepped<TTarget extends object>(target: TTarget, inTurn: () => Promise<void>): TTarget {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...input: unknown[]) => unknown;
      if (calls.has(name)) return (...input: unknown[]) => inTurn().then(() => call(...input));
      if (!reads.has(name)) return call;
      return (...input: unknown[]) => {
        const cursor = call(...input) as { toArray: () => Promise<unknown> };
        const toArray = cursor.toArray.bind(cursor);
        cursor.toArray = () => inTurn().then(toArray);
        return cursor;
      };
    },
  });
}

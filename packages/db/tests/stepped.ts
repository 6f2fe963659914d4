import { setTimeout as pause } from "node:timers/promises";
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
  #underWay = 0;
  #arrived = Promise.withResolvers<void>();

  constructor(uri: string) {
    this.#uri = uri;
  }

  /** Makes a connection whose commands wait for their turn. */
  connect(actor: string): Connection {
    const connection = createConnection(this.#uri);
    this.#connections.push(connection);
    const inTurn: InTurn = async (call) => {
      await this.#turn(actor);
      return this.within(async () => call());
    };
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
        const isIdle = this.#underWay === 0 && this.#waiting.length > 0;
        if (!isIdle) await this.#arrived.promise;
        // Somebody may wait for the command of somebody else.
        else if (await isSilent(this.#arrived.promise)) break;
      }
      if (this.#waiting.length === 0) continue;
      const { next, isKilled } = choose(this.#waiting.length);
      const [step] = this.#waiting.splice(next, 1);
      if (isKilled) step?.kill();
      else step?.go();
    }
  }

  /** Does something that belongs to the step before it. */
  async within<TResult>(call: () => Promise<TResult>): Promise<TResult> {
    this.#underWay += 1;
    try {
      return await call();
    } finally {
      this.#underWay -= 1;
      this.#arrived.resolve();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map(({ client }) => client.close()));
  }

  #turn(actor: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ actor, go: resolve, kill: () => reject(new Killed(actor)) });
      this.#arrived.resolve();
    });
  }
}

/** Makes a command when it is its turn. */
type InTurn = <TResult>(call: () => TResult | Promise<TResult>) => Promise<TResult>;

/** How long an actor may take between two commands, in ms. */
const betweenMs = 10;

async function isSilent(arrived: Promise<void>): Promise<boolean> {
  return Promise.race([arrived.then(() => false), pause(betweenMs, true)]);
}

const calls = new Set<string | symbol>([
  ...["command", "findOne", "bulkWrite", "insertOne", "updateOne", "deleteOne", "countDocuments"],
]);
const reads = new Set<string | symbol>(["find", "aggregate"]);

/** Wraps a database or a collection so that each of its commands waits. */
function stepped<TTarget extends object>(target: TTarget, inTurn: InTurn): TTarget {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...input: unknown[]) => unknown;
      if (calls.has(name)) return (...input: unknown[]) => inTurn(() => call(...input));
      if (!reads.has(name)) return call;
      return (...input: unknown[]) => {
        const cursor = call(...input) as { toArray: () => Promise<unknown> };
        const toArray = cursor.toArray.bind(cursor);
        cursor.toArray = () => inTurn(toArray);
        return cursor;
      };
    },
  });
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Document } from "mongodb";
import { makeDataDirectory } from "./data-directory.ts";
import { findFreePorts } from "./free-port.ts";
import { findMongod } from "./mongod-binary.ts";
import { MongodProcess } from "./mongod-process.ts";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { until } from "./until.ts";

/** How a set for faults is started. */
export interface FaultSetOptions {
  /** Leaves everything as MongoDB has it by default, instead of what docs/scaling.md recommends. @default false */
  isUntuned?: boolean;
  /** Puts a proxy before every member, through which clients and the other members reach it. @default false */
  isProxied?: boolean;
}

/** One member, and the proxy before it if there is one. */
export interface FaultMember {
  mongod: MongodProcess;
  proxy: TcpProxy | undefined;
}

const replicaSet = "faults";
// The others wait for a silent primary for 2 s, and the one they elect for what the silent one may have for 1 s more. A
// heartbeat comes more often than that, or the elected one would take its own voters for gone.
const quickSettings = {
  electionTimeoutMillis: 2_000,
  catchUpTimeoutMillis: 1_000,
  heartbeatIntervalMillis: 500,
};
const untunedSettings = {
  electionTimeoutMillis: 10_000,
  catchUpTimeoutMillis: -1,
  heartbeatIntervalMillis: 2_000,
};
// Else a follower of a silent primary waits for it for up to 13 s before it follows the new one.
const quickArgs = [
  ...["--setParameter", "oplogNetworkTimeoutBufferSeconds=1"],
  ...["--setParameter", "oplogFetcherSteadyStateMaxFetcherRestarts=0"],
];
const startTimeoutMs = 40_000;
const primaryState = 1;
const secondaryState = 2;

/** A replica set of three real servers, each of which can fail and come back. */
export class FaultSet implements AsyncDisposable {
  readonly members: readonly FaultMember[];
  readonly #resources: AsyncDisposableStack;

  private constructor(members: readonly FaultMember[], resources: AsyncDisposableStack) {
    this.members = members;
    this.#resources = resources;
  }

  /** Starts a set and returns when every member serves. */
  static async start(options: FaultSetOptions = {}): Promise<FaultSet> {
    const { isUntuned = false, isProxied = false } = options;
    await using resources = new AsyncDisposableStack();
    const { path } = await findMongod();
    const data = resources.use(await makeDataDirectory());
    const ports = await findFreePorts(6);
    const members: FaultMember[] = [];
    for (const [index, port] of ports.slice(0, 3).entries()) {
      const dataPath = join(data.path, String(index));
      await mkdir(dataPath);
      const mongod = resources.adopt(
        new MongodProcess({ path, port, dataPath, replicaSet, args: isUntuned ? [] : quickArgs }),
        (started) => started.kill(),
      );
      const proxy = isProxied
        ? resources.use(await openTcpProxy(ports[index + 3] ?? 0, port))
        : undefined;
      members.push({ mongod, proxy });
    }
    await Promise.all(members.map(({ mongod }) => mongod.start()));
    const set = new FaultSet(members, resources.move());
    await members[0]?.mongod.command({
      replSetInitiate: {
        _id: replicaSet,
        members: members.map((member, _id) => ({ _id, host: hostOf(member) })),
        // The first election is quick, whatever is wanted later.
        settings: quickSettings,
      },
    });
    await set.settled();
    if (isUntuned) await set.#configure(untunedSettings);
    return set;
  }

  /** Names the set and a database in it, as clients reach it. */
  uri(database: string): string {
    return `mongodb://${this.members.map(hostOf).join(",")}/${database}?replicaSet=${replicaSet}`;
  }

  /** Finds the member that takes writes. */
  async primary(): Promise<FaultMember> {
    return until(
      async () => {
        for (const member of this.members) {
          if (!member.mongod.isServing) continue;
          const { isWritablePrimary } = await member.mongod.command({ hello: 1 });
          if (isWritablePrimary) return member;
        }
        return undefined;
      },
      { timeoutMs: startTimeoutMs, what: "the set has a primary" },
    );
  }

  /** Finds the members that do not take writes. */
  async secondaries(): Promise<[FaultMember, FaultMember]> {
    const primary = await this.primary();
    const [first, second] = this.members.filter((member) => member !== primary);
    if (!first || !second) throw new Error("the set has fewer than three members");
    return [first, second];
  }

  /** Waits until another member than this one takes writes. */
  async electedInsteadOf(member: FaultMember): Promise<FaultMember> {
    return until(
      async () => {
        const primary = await this.primary();
        return primary !== member && primary;
      },
      { timeoutMs: startTimeoutMs, what: "another primary is elected" },
    );
  }

  /** Makes commands fail on every member: https://github.com/mongodb/mongo/wiki/The-%22failCommand%22-fail-point */
  async failCommand(data: Document, mode: Document | "alwaysOn" = "alwaysOn"): Promise<void> {
    const command = { configureFailPoint: "failCommand", mode, data };
    await Promise.all(this.members.map(({ mongod }) => mongod.command(command)));
  }

  /** Ends every fault: all links pass, all members run, no fail point is on. Returns when every member serves. */
  async heal(): Promise<void> {
    for (const { proxy } of this.members) proxy?.govern(() => "pass");
    await Promise.all(this.members.map(({ mongod }) => mongod.start()));
    const off = { configureFailPoint: "failCommand", mode: "off" };
    await Promise.all(this.members.map(({ mongod }) => mongod.command(off)));
  }

  /** Waits until there is one primary and the others follow it. */
  async settled(): Promise<void> {
    await until(() => this.#isWhole(), {
      timeoutMs: startTimeoutMs,
      what: "every member of the set serves",
    });
  }

  async #configure(changed: typeof quickSettings): Promise<void> {
    const { mongod } = await this.primary();
    const { config } = await mongod.command({ replSetGetConfig: 1 });
    const settings = { ...config.settings, ...changed };
    await mongod.command({ replSetReconfig: { ...config, version: config.version + 1, settings } });
  }

  async #isWhole(): Promise<boolean> {
    const { mongod } = await this.primary();
    const { members } = await mongod.command({ replSetGetStatus: 1 });
    const states: number[] = members.map((member: { state: number }) => member.state);
    return (
      states.filter((state) => state === primaryState).length === 1 &&
      states.filter((state) => state === secondaryState).length === 2
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

function hostOf({ mongod, proxy }: FaultMember): string {
  return `127.0.0.1:${proxy?.port ?? mongod.port}`;
}

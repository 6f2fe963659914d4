import cluster from "node:cluster";
import { type HopelessMessage, isMessage, type StopMessage } from "./messages.ts";

/** This process, when it is one of several on one port. */
export interface ClusterMember {
  /** 1, 2, 3, ...; a process that takes the place of another has a number of its own. */
  number: number;
  isFirst: boolean;
  /** Aborts when the primary says so, or is gone. */
  stop: AbortSignal;
  /** Tells the primary that this process cannot serve, and that starting it again would not help. */
  giveUp(text: string): Promise<void>;
  /** Lets the process end. */
  leave(): void;
}

let member: ClusterMember | undefined;

/** Returns what this process is among those of one port; undefined when it serves alone, or is the primary. */
export function joinCluster(): ClusterMember | undefined {
  const { worker } = cluster;
  if (!worker || member) return member;
  const stop = new AbortController();
  process.on("message", (message) => {
    if (isMessage<StopMessage>(message, "stop")) stop.abort(message.reason);
  });
  // Node would end the process at once, and cut its connections.
  process.prependListener("disconnect", () => {
    worker.exitedAfterDisconnect = true;
    stop.abort("the primary process is gone");
  });
  member = {
    number: worker.id,
    isFirst: worker.id === 1,
    stop: stop.signal,
    giveUp: (text) =>
      new Promise((resolve) => {
        const message: HopelessMessage = { chatnest: "hopeless", text };
        if (process.send) process.send(message, () => resolve());
        else resolve();
      }),
    leave() {
      if (process.connected) process.disconnect();
    },
  };
  return member;
}

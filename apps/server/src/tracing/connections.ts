import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/** The connections to a collector. */
export interface CollectorConnections {
  createAgent(protocol: string): HttpAgent | HttpsAgent;
  /** Ends all connections and opens no more: an exporter that tries again would keep the process from ending. */
  end(): void;
}

/** Creates the connections to a collector. */
export function createCollectorConnections(): CollectorConnections {
  const agents: HttpAgent[] = [];
  let isEnded = false;
  return {
    createAgent(protocol) {
      const agent =
        protocol === "https:" ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
      const connect = agent.createConnection;
      agent.createConnection = (options, callback) => {
        if (isEnded) throw new Error("no more traces are sent");
        return connect.call(agent, options, callback);
      };
      agents.push(agent);
      return agent;
    },
    end() {
      isEnded = true;
      for (const agent of agents) agent.destroy();
    },
  };
}

const agentOptions = { keepAlive: true };

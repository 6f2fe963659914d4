import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Call, callOnce } from "./call-once.ts";

/** A request that changes a conversation, and its answer. */
export interface Changed {
  id: string;
  status: number;
  text: string;
}

/** Clients that change one conversation in all ways until they are stopped. */
export interface Changers {
  /** The requests that were answered for good. */
  readonly answered: readonly Changed[];
  stop(): Promise<void>;
}

const changersCount = 12;
const targetsMax = 30;
const keys = ["+1", "❤️", "👍🏽"];
/** After how long a request is given up, in ms. */
const giveUpMs = 40_000;

/** Starts clients, each of which goes from server to server, and repeats a request until it is answered. */
export function startChangers(urls: readonly string[], conversation: string): Changers {
  const answered: Changed[] = [];
  let isStopped = false;

  async function run(user: string, start: number): Promise<void> {
    for (let n = start; !isStopped; n++) {
      const id = randomUUID();
      const end = performance.now() + giveUpMs;
      const request = drawRequest(conversation, { user, id });
      for (let tries = 0; performance.now() < end; tries++) {
        const answer = await callOnce(urls[(n + tries) % urls.length] ?? "", request);
        if (answer) {
          answered.push({ id, ...answer });
          break;
        }
        await delay(100);
      }
    }
  }

  const running = Array.from({ length: changersCount }, (_, n) => run(`user-${n}`, n));
  return {
    answered,
    async stop() {
      isStopped = true;
      await Promise.all(running);
    },
  };
}

function drawRequest(conversation: string, { user, id }: { user: string; id: string }): Call {
  const target = 1 + Math.floor(Math.random() * targetsMax);
  const who = { id, user_id: user };
  const message = `/messages/${conversation}/${target}`;
  const key = encodeURIComponent(keys[Math.floor(Math.random() * keys.length)] ?? "");
  const drawn = Math.random();
  if (drawn < 0.3) return { method: "PUT", path: `${message}/reactions/${key}`, body: who };
  const query = `?${new URLSearchParams(who)}`;
  if (drawn < 0.5) return { method: "DELETE", path: `${message}/reactions/${key}${query}` };
  if (drawn < 0.65) return { method: "PATCH", path: message, body: { ...who, content: id } };
  if (drawn < 0.655) return { method: "DELETE", path: `${message}${query}` };
  const reply = drawn < 0.85 ? { thread_seq: target } : { reply_to: target };
  const body = { ...who, content: id, conversation_id: conversation, ...reply };
  return { method: "POST", path: "/messages/", body };
}

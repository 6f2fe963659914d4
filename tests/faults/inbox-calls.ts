import { setTimeout as delay } from "node:timers/promises";
import { type Call, callOnce } from "./call-once.ts";

/** What a server has answered in the end. Times in ms, as `performance.now()` has them. */
export interface Told {
  status: number;
  text: string;
  /** How often it was tried. All but the last may have been carried out, too. */
  tries: number;
  start: number;
  end: number;
}

/** The servers that can be asked at the moment. */
export type UrlsNow = () => readonly string[];

const pauseMs = 100;
/** After how long a request is given up, in ms. */
const giveUpMs = 40_000;

/**
 * Makes a request of one server after the other until its outcome is known.
 * @throws Error when it is not known after 40 s.
 */
export async function callUntilTold(urls: UrlsNow, call: Call): Promise<Told> {
  const start = performance.now();
  let at = Math.floor(Math.random() * urls().length);
  for (let tries = 1; performance.now() - start < giveUpMs; tries++) {
    const known = urls();
    const answer = await callOnce(known[at % known.length] ?? "", call);
    if (answer) return { ...answer, tries, start, end: performance.now() };
    at += 1;
    await delay(pauseMs);
  }
  throw new Error(`the outcome stays unknown: ${call.method} ${call.path}`);
}

import type { ServerResponse } from "node:http";
import { until } from "../support/until.ts";
import { type HttpServer, startHttp } from "./http.ts";

/** A page that is asked for. */
export interface AskedPage {
  after: number;
  answer(data: object): void;
}

/** A server that says of itself only what a test has it say. */
export interface ScriptedServer extends HttpServer {
  /** The pages that were asked for so far. */
  pages: AskedPage[];
  /** Waits for a stream, counted from 1. */
  stream(count: number): Promise<ServerResponse>;
  /** Waits for a page, counted from 1. */
  page(count: number): Promise<AskedPage>;
}

/** Starts a server that begins streams and holds back pages; what they say is up to the test. */
export async function startScripted(
  onPage: (page: AskedPage) => void = () => undefined,
): Promise<ScriptedServer> {
  const streams: ServerResponse[] = [];
  const pages: AskedPage[] = [];
  const server = await startHttp((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://scripted");
    if (pathname.endsWith("/events")) {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return void streams.push(response);
    }
    const { after } = JSON.parse(searchParams.get("input") ?? "{}");
    const answer = (data: object) => void response.end(JSON.stringify({ result: { data } }));
    pages.push({ after, answer });
    onPage({ after, answer });
  });
  const nth = <T>(all: T[], count: number) =>
    until(() => all[count - 1], { timeoutMs: 15_000, what: `there are ${count}` });
  return {
    ...server,
    pages,
    stream: (count) => nth(streams, count),
    page: (count) => nth(pages, count),
  };
}

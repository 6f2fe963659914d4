// The peer of the live bench: Node alone, one `write` of a prepared string for each event and subscriber.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

const subscribers = new Set<ServerResponse>();
let seq = 0;

createServer((request, response) => {
  if (request.method === "POST") void publish(request, response);
  else if (request.url?.endsWith("/events")) subscribe(response);
  else response.end("ok");
}).listen(Number(process.env["PORT"]), "127.0.0.1");

process.once("SIGTERM", () => process.exit());

function subscribe(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(`id: bare-${seq}\nevent: ready\ndata: {}\n\n`);
  subscribers.add(response);
  response.once("close", () => subscribers.delete(response));
}

async function publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent: object = JSON.parse(await text(request));
  const message = JSON.stringify({ ...sent, timestamp: new Date().toISOString(), seq: ++seq });
  response.writeHead(201, { "content-type": "application/json" }).end(message);
  const event = `id: bare-${seq}\nevent: message\ndata: ${message}\n\n`;
  for (const subscriber of subscribers) subscriber.write(event);
}

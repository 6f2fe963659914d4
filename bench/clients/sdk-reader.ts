// Arguments: the URL of a server, how many messages, `sdk` or `bare`. Follows a conversation by the SDK, or by fetch and
// JSON.parse alone, and answers `cpu` with the milliseconds of CPU that so many messages took, once they are there.
import { createChatClient } from "@chatnest/client";

const [url = "", count = "", manner = ""] = process.argv.slice(2);
const goal = Number(count);
const all = Promise.withResolvers<number>();
let received = 0;
let before: NodeJS.CpuUsage;

process.once("disconnect", () => process.exit());
process.on("message", async () => process.send?.(await all.promise));

if (manner === "sdk") followBySdk();
else await followBare();

function begin(): void {
  before = process.cpuUsage();
  process.send?.("ready");
}

function receive(): void {
  if (++received !== goal) return;
  const { user, system } = process.cpuUsage(before);
  all.resolve((user + system) / 1000);
}

function followBySdk(): void {
  createChatClient({ url })
    .conversation("busy")
    .subscribe({ onMessage: receive, onState: ({ status }) => status === "live" && begin() });
}

async function followBare(): Promise<void> {
  const { body } = await fetch(`${url}/messages/busy/events`);
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body ?? []) {
    const events = (text + decoder.decode(bytes, { stream: true })).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const at = event.indexOf("data: ");
      if (at < 0) continue;
      const { seq } = JSON.parse(event.slice(at + 6));
      if (seq === undefined) begin();
      else receive();
    }
  }
}

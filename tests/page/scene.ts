import { fileURLToPath } from "node:url";
import { type PageServer, send } from "./page-server.ts";

const chat = fileURLToPath(new URL("../data/ubuntu-irc.jsonl", import.meta.url));

const channels = [
  "ubuntu-2004-12-25-train-c",
  "ubuntu-2005-09-26-train-c",
  "ubuntu-2006-06-05-train-a",
  "ubuntu-2005-12-03-train-c",
];

const conversations = [
  { id: "0199a3f0-1111-7abc-8def-0123456789ab", user_ids: ["ada", "grace"] },
  { id: "launch", user_ids: ["ada", "grace", "linus", "margaret", "سارة"], title: "Launch week" },
  { id: "tea", user_ids: ["ada", "margaret"], title: "Tea at four" },
  { id: "papers", user_ids: ["ada", "linus", "barbara"], title: "Reading group" },
];

/** What is said, in the order of the conversations in an inbox from bottom to top; `reply_to` counts from 1. */
const said: [conversation_id: string, user_id: string, content: string, reply_to?: number][] = [
  [
    "papers",
    "barbara",
    "Next Thursday: “Time, Clocks, and the Ordering of Events”. Bring questions.",
  ],
  ["tea", "margaret", "Earl Grey or Assam?"],
  ["tea", "ada", "Assam, please. And the good biscuits."],
  [
    "launch",
    "grace",
    "Morning! The staging server went down twice last night, and not one message was lost. I checked against the log.",
  ],
  [
    "launch",
    "grace",
    "Numbers are here: https://example.org/reports/2026-11-28?view=latency (p99 is the interesting one)",
  ],
  ["launch", "linus", "Nice. What happened to the ones that were in flight?", 1],
  [
    "launch",
    "ada",
    "Same id, sent again, stored once. The page showed them as pending and then just… confirmed them.",
  ],
  [
    "launch",
    "margaret",
    "I pulled the plug myself, twice. <img src=x onerror=alert(1)> for good measure.",
  ],
  ["launch", "سارة", "رائع! سأراجع صفحة الأسعار قبل الظهر، وأرسل الملاحظات هنا."],
  [
    "launch",
    "linus",
    "The order for Thursday:\n1. freeze at noon\n2. restore drill\n3. open the doors",
  ],
  ["launch", "grace", "I can take the restore drill. ada, will you watch the graphs?"],
  ["0199a3f0-1111-7abc-8def-0123456789ab", "grace", "Lunch at one?"],
  ["0199a3f0-1111-7abc-8def-0123456789ab", "grace", "My treat."],
];

const reactions: [seq: number, user_id: string, key: string][] = [
  [1, "ada", "❤"],
  [1, "linus", "❤"],
  [4, "grace", "😂"],
  [4, "linus", "+1"],
];

/** Starts a server with a few conversations of ada, and channels of the real chat that she is in. */
export async function startScene(server: PageServer): Promise<void> {
  await server.run("import", chat);
  await server.start();
  for (const channel of channels) {
    await send(server, `/conversations/${channel}/members`, { body: { user_id: "ada" } });
  }
  for (const { title, ...body } of conversations) {
    await send(server, "/conversations/", { body });
    const path = `/conversations/by-id/${body.id}`;
    if (title) await send(server, path, { method: "PATCH", body: { title } });
  }
  for (const [conversation_id, user_id, content, reply_to] of said) {
    await send(server, "/messages/", { body: { conversation_id, user_id, content, reply_to } });
  }
  for (const [seq, user_id, key] of reactions) {
    const path = `/messages/launch/${seq}/reactions/${encodeURIComponent(key)}`;
    await send(server, path, { method: "PUT", body: { user_id } });
  }
}

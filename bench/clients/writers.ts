// Arguments: port, how many, conversation (`{n}` becomes the number of the writer). Each sends over a connection of its own,
// the next as soon as the last is answered. Answers `start`, `count` and `stop`.
import { connect } from "node:net";
import { plainText } from "../text.ts";

const [port = "", count = "", conversation = ""] = process.argv.slice(2);
const run = process.hrtime.bigint().toString(36);

let answered = 0;
let isStopped = false;

process.once("disconnect", () => process.exit());
process.on("message", (question) => {
  if (question === "start") for (let n = 0; n < Number(count); n++) void write(n);
  if (question === "stop") isStopped = true;
  process.send?.(answered);
});
process.send?.("ready");

function write(n: number): void {
  const socket = connect(Number(port), "127.0.0.1").setNoDelay().setEncoding("latin1");
  let sent = 0;
  let answer = "";
  send();
  socket.on("data", (text: string) => {
    answer += text;
    if (!isWhole(answer)) return;
    if (!answer.startsWith("HTTP/1.1 201 ")) throw new Error(answer);
    answer = "";
    answered++;
    if (!isStopped) send();
  });

  function send(): void {
    const body = JSON.stringify({
      id: `${run}-${n}-${sent++}`,
      user_id: `writer-${n}`,
      conversation_id: conversation.replace("{n}", String(n)),
      content: plainText,
    });
    socket.write(
      `POST /messages/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  }
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /content-length: (\d+)/i.exec(answer)?.[1];
  // Without a length it is chunked.
  return length === undefined
    ? answer.endsWith("\r\n0\r\n\r\n")
    : answer.length >= end + 4 + Number(length);
}

// A program of its own: opens the store that the first argument names, does what the second says, and dies at the nth
// write command of the driver, "before" it is sent, or "after" it was answered.
import { setTimeout as pause } from "node:timers/promises";
import { openMongoStore } from "@chatnest/db";
import { type CommandStartedEvent, type CommandSucceededEvent, MongoClient } from "mongodb";
import { append } from "../support/append.ts";
import { crashEntryOf } from "./crash-entries.ts";

const [uri = "", task = "", moment = "", nth = ""] = process.argv.slice(2);
const writeCommands = new Set(["insert", "update", "delete"]);
const settledCollections = new Set(["chat_conversations", "chat_members"]);

/** The write commands that count, by the driver's number of the request, in the order they were sent. */
const counted: number[] = [];
let isArmed = false;

/** Kills this process when this is the event to die at. */
function see(name: string, event: CommandStartedEvent | CommandSucceededEvent): void {
  if (name === "commandStarted" && isArmed && isCounted(event as CommandStartedEvent)) {
    counted.push(event.requestId);
  }
  const expected = moment === "before" ? "commandStarted" : "commandSucceeded";
  if (name !== expected || counted.indexOf(event.requestId) + 1 !== Number(nth)) return;
  process.kill(process.pid, "SIGKILL");
}

// While the store opens, it writes about its schema too.
function isCounted({ commandName, command }: CommandStartedEvent): boolean {
  if (!writeCommands.has(commandName)) return false;
  return task !== "settle" || settledCollections.has(String(command[commandName]));
}

// The store makes its own client; every one is watched.
const { emit } = MongoClient.prototype;
MongoClient.prototype.emit = function watched(
  this: MongoClient,
  ...input: Parameters<typeof emit>
) {
  const [name, event] = input as unknown as [string, CommandStartedEvent];
  if (name.startsWith("command")) see(name, event);
  return emit.apply(this, input);
} as typeof emit;

isArmed = task === "settle";
const store = openMongoStore({ uri: `${uri}&monitorCommands=true` });
await store.ready;
// Before that nothing that a process remembers of its marks is kept.
if (task !== "settle") while (store.watchState() !== "live") await pause(10);
isArmed = true;
const user_ids = ["alice", "bob"];
switch (task) {
  case "send":
  case "wake":
    await append(store, {
      id: "crash-message",
      user_id: "alice",
      content: "hello",
      conversation_id: "room",
    });
    break;
  case "create":
    await store.conversations.create({ id: "room", user_ids });
    break;
  case "mark":
  case "mark settled":
    await store.reads.mark({ conversation_id: "room", user_id: "bob" }, { read_seq: 1 });
    break;
  case "settle":
    // Settling begins by itself when the store opens.
    await pause(1_500);
    break;
  default:
    await store.log.append(crashEntryOf(task));
    // The mark of a reaction is taken off after the answer.
    await pause(300);
}
await store.close();
process.stdout.write(`${counted.length} writes\n`);

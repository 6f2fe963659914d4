// A program of its own: kills what it was told of as soon as whoever told it is gone, however that one ended.
// Reads lines: `+<process id>` to take one into custody, `-<process id>` when it has ended.
import { createInterface } from "node:readline";

const pids = new Set<number>();

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line.startsWith("+")) pids.add(pid);
  else pids.delete(pid);
}

for (const pid of pids) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

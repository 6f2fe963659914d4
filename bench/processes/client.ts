import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A client in a process of its own; it answers each question with one message. */
export interface Client extends Disposable {
  ask<TAnswer>(question: string): Promise<TAnswer>;
}

/** Starts a program of `bench/clients`, and returns when it says that it is ready. */
export async function startClient(
  name: string,
  args: readonly (string | number)[],
  { execArgv = [], env = {} }: { execArgv?: string[]; env?: Record<string, string> } = {},
): Promise<Client> {
  const program = fileURLToPath(new URL(`../clients/${name}.ts`, import.meta.url));
  const child = fork(program, args.map(String), { execArgv, env: { ...process.env, ...env } });
  await answerOf(child);
  return {
    async ask<TAnswer>(question: string) {
      child.send(question);
      return (await answerOf(child)) as TAnswer;
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  const died = once(child, "exit", { signal: gone.signal }).then(([code]) => {
    throw new Error(`a client ended with ${code}`);
  });
  died.catch(() => {});
  try {
    const [answer] = await Promise.race([once(child, "message", { signal: gone.signal }), died]);
    return answer;
  } finally {
    gone.abort();
  }
}

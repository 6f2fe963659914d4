import { createInterface } from "node:readline/promises";
import { type ErasureProgress, isStoreError } from "@chatnest/db";
import { withStore } from "../admin/with-store.ts";
import { CommandError } from "../command-error.ts";
import { readSettings } from "../env.ts";
import { type Erased, eraseCommand } from "./erase-command.ts";
import { toCount, toPrintable } from "./import/words.ts";
import { createStepProgress } from "./step-progress.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest erase`. */
export interface EraseOptions {
  user: string;
  mode: "delete" | "anonymize";
  yes?: boolean;
  json?: boolean;
}

const interruptedCode = 130;

const steps: Record<ErasureProgress["step"], string> = {
  replacing: "replacing the id",
  deleting: "deleting messages and reactions",
  waiting: "waiting for what other processes are still storing",
  finishing: "finishing",
};

/**
 * Erases a user, shows the progress and prints what was done.
 * @returns the exit code.
 * @throws CommandError or StoreError.
 */
export async function eraseFromStore({ user, mode, yes, json }: EraseOptions): Promise<number> {
  if (!yes && !(await isConfirmed(user, mode))) {
    throw new CommandError("nothing was erased");
  }
  const signal = abortOnStopSignals(interruptedCode);
  const progress = createStepProgress(process.stderr);
  try {
    const erased = await withStore(
      eraseCommand,
      { user_id: user, mode },
      {
        settings: readSettings(),
        signal,
        note: progress.note,
        onProgress(value) {
          const { step, round, examined, total } = value as ErasureProgress;
          const text = round > 1 ? `${steps[step]} (round ${round})` : steps[step];
          progress.update({ text, done: examined, total });
        },
        onBytes() {},
      },
    );
    progress.stop();
    console.log(json ? JSON.stringify({ user_id: user, ...erased }) : toText(user, erased));
    return 0;
  } catch (error) {
    progress.stop();
    if (!signal.aborted) throw toEraseError(error);
    console.error("chatnest: interrupted: run the same command again to continue");
    return interruptedCode;
  }
}

function toEraseError(error: unknown): unknown {
  if (!isStoreError(error, "unavailable")) return error;
  const text = `${error.message}; what is done is kept: run the same command again to continue`;
  return new CommandError(text, { cause: error });
}

/**
 * Asks on the terminal.
 * @throws CommandError when there is none.
 */
async function isConfirmed(user: string, mode: EraseOptions["mode"]): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new CommandError("this cannot be undone: add --yes, since nobody is there to confirm it");
  }
  const what =
    mode === "delete"
      ? "This deletes all messages, notes and reactions of the user"
      : "This replaces the id of the user by a pseudonym wherever it is stored";
  using terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `${what}, and cannot be undone.\nType the id of the user to go on: `,
  );
  return answer === user;
}

function toText(user: string, erased: Erased): string {
  const { mode, memberships, notes, entries, messages, reactions } = erased;
  // The id may be mistyped.
  if (memberships + notes + entries + messages + reactions === 0) {
    return `nothing of ${toPrintable(user)} is stored`;
  }
  const deleted =
    mode === "delete"
      ? `${toCount(messages)} messages and ${toCount(reactions)} reactions deleted, `
      : "";
  return `${toPrintable(user)} is erased: ${deleted}${toCount(memberships)} memberships, ${toCount(notes)} entries of notes, the id replaced in ${toCount(entries)} entries`;
}

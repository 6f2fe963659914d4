import type { Command } from "commander";

/**
 * Adds one command to the program.
 * @param exitWith sets the exit code of the process, 0 unless it is called.
 */
export type AddCommand = (program: Command, exitWith: (code: number) => void) => void;

import { StatementSync } from "node:sqlite";
import { vi } from "vitest";

/** What SQLite was asked for while something was done. */
export interface Work {
  statements: number;
  /** How many rows it returned or changed. */
  rows: number;
}

/**
 * Counts the statements that run while something is done, and their rows. By their plans, which a test has, they step over no
 * more than they return, but for sums.
 */
export async function workOf(act: () => Promise<unknown>): Promise<Work> {
  const work: Work = { statements: 0, rows: 0 };
  const { all, get, run } = StatementSync.prototype;
  const add = (rows: number) => {
    work.statements++;
    work.rows += rows;
  };
  vi.spyOn(StatementSync.prototype, "all").mockImplementation(function (
    this: StatementSync,
    ...values
  ) {
    const rows = Reflect.apply(all, this, values) as ReturnType<StatementSync["all"]>;
    add(rows.length);
    return rows;
  });
  vi.spyOn(StatementSync.prototype, "get").mockImplementation(function (
    this: StatementSync,
    ...values
  ) {
    add(1);
    return Reflect.apply(get, this, values) as ReturnType<StatementSync["get"]>;
  });
  vi.spyOn(StatementSync.prototype, "run").mockImplementation(function (
    this: StatementSync,
    ...values
  ) {
    const done = Reflect.apply(run, this, values) as ReturnType<StatementSync["run"]>;
    add(Number(done.changes));
    return done;
  });
  try {
    await act();
  } finally {
    vi.restoreAllMocks();
  }
  return work;
}

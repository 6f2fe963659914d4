/**
 * Lets a program tell how much memory it keeps. It is imported before the program, which runs with `--expose-gc`; at each
 * SIGUSR2 it prints `memory <times asked> <bytes>`. What a process occupies says less: garbage and gaps are in it.
 */
let asked = 0;
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  // What was held by what is gone now.
  setImmediate(() => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    asked++;
    process.stdout.write(`memory ${asked} ${heapUsed + external}\n`);
  });
});

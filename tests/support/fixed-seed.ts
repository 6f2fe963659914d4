import fc from "fast-check";

// The same values in each run, so that a failure is that of a change. CHATNEST_TEST_SEED is another seed, or `random`: such runs
// try what no other has.
const seed = process.env["CHATNEST_TEST_SEED"] ?? "20261130";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });

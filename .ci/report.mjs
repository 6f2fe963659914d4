// Reads the reports of the test run: node .ci/report.mjs <number of failed steps> <report>...
// Prints complaints on stderr and `N passed, N failed` on stdout; exits with 0 only when all is well.
import { existsSync, readFileSync } from "node:fs";

const CONTRACT_TESTS_MIN = 60;
const TITLES_SHOWN_MAX = 20;
const MESSAGE_SHOWN_MAX = 2_000;
const CONTRACT_FILE = /\/packages\/db\/tests\/[^/]+\.test\.ts$/;
const DEPLOYMENTS = ["MongoDB replica set", "MongoDB standalone"];

const [failedSteps, ...paths] = process.argv.slice(2);
const reports = paths
  .filter((path) => existsSync(path))
  .map((path) => JSON.parse(readFileSync(path, "utf8")));
const files = reports.flatMap((report) => report.testResults);
const passed = sum(reports.map((report) => report.numPassedTests));
const failed = sum(reports.map((report) => report.numFailedTests));

// Each complaint counts as a failed test, so that no failure hides behind "0 failed".
const complaints = [
  ...missingReports(),
  ...brokenFiles(),
  ...thinContracts(),
  ...testsThatDidNotRun(),
];
if (Number(failedSteps) > 0 && failed + complaints.length === 0)
  complaints.push("a step failed though no test did");
for (const complaint of complaints) console.error(`NOT OK: ${complaint}`);

// The end of the output is what is read first, so it says what failed.
for (const test of failedTests())
  console.error(
    `FAILED: ${test.fullName}\n${test.failureMessages.join("\n").slice(0, MESSAGE_SHOWN_MAX)}`,
  );

const failures = failed + complaints.length;
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures > 0 || Number(failedSteps) > 0 ? 1 : 0;

function missingReports() {
  return paths
    .filter((path) => !existsSync(path))
    .map((path) => `no report ${path}: a step failed before its tests`);
}

function brokenFiles() {
  return files
    .filter(
      (file) =>
        file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
    )
    .map((file) => `${file.name} failed outside its tests: ${file.message}`);
}

function thinContracts() {
  if (reports.length === 0) return [];
  const contractTests = files
    .filter((file) => CONTRACT_FILE.test(file.name))
    .flatMap((file) => file.assertionResults);
  return DEPLOYMENTS.map((name) => ({
    name,
    count: contractTests.filter((test) => ranOn(test, name)).length,
  }))
    .filter(({ count }) => count < CONTRACT_TESTS_MIN)
    .map(
      ({ name, count }) =>
        `${count} contract tests ran on ${name}, expected at least ${CONTRACT_TESTS_MIN}`,
    );
}

function testsThatDidNotRun() {
  const titles = files.flatMap((file) =>
    file.assertionResults.filter((test) => !ran(test)).map((test) => test.fullName),
  );
  return titles.length === 0
    ? []
    : [
        `${titles.length} tests did not run, among them:\n  ${titles.slice(0, TITLES_SHOWN_MAX).join("\n  ")}`,
      ];
}

function failedTests() {
  return files
    .flatMap((file) => file.assertionResults)
    .filter((test) => test.status === "failed")
    .slice(0, TITLES_SHOWN_MAX);
}

function ranOn(test, deployment) {
  return ran(test) && test.ancestorTitles.some((title) => title.includes(deployment));
}

function ran(test) {
  return test.status === "passed" || test.status === "failed";
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Prints `N passed, N failed` from vitest's JSON report; tests that never came to run count as a failure. */
import { readFileSync } from "node:fs";

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

const report = read(process.argv[2]);
if (report) {
  // A file that does not load fails without a test of its own.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  console.log(
    `${report.numPassedTests} passed, ${report.numFailedTests + brokenFiles} failed${skipped ? `, ${skipped} skipped` : ""}`,
  );
} else {
  console.log("The tests did not run: an earlier step failed.");
  console.log("0 passed, 1 failed");
}

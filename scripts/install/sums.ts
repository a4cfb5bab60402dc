/**
 * Prints the end of the output of `install.sh --test`: the ten slowest test files, and in the last line `N passed, N failed`, from
 * vitest's JSON report and the outcome of `npm run check`.
 * Usage: `node sums.ts REPORT passed|failed`. Exits with 1 if anything failed or nothing ran.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { argv, cwd, exit, stdout } from "node:process";
import { pathToFileURL } from "node:url";

export interface VitestReport {
  success: boolean;
  /** `startTime` and `endTime` in milliseconds */
  testResults: {
    name: string;
    status: string;
    startTime: number;
    endTime: number;
    assertionResults: { status: string }[];
  }[];
}

export interface Sums {
  passed: number;
  failed: number;
}

/**
 * A test that neither passed nor failed (skipped, todo, not reached) counts as failed, because no test may skip itself. So does a
 * file that failed before its tests, and a run that vitest reports as unsuccessful for another reason.
 * @param report undefined if no report was written
 */
export function sumUp(report: VitestReport | undefined, check: string): Sums {
  const sums: Sums = { passed: 0, failed: 0 };
  const count = (good: boolean): void => void (good ? sums.passed++ : sums.failed++);
  count(check === "passed");
  if (report === undefined) return { ...sums, failed: sums.failed + 1 };
  for (const file of report.testResults) {
    const tests = file.assertionResults.map(({ status }) => status === "passed");
    for (const good of tests) count(good);
    if (file.status === "failed" && tests.every(Boolean)) count(false);
  }
  const testsFailed = sums.failed - (check === "passed" ? 0 : 1);
  if (testsFailed === 0 && (!report.success || report.testResults.length === 0)) count(false);
  return sums;
}

/** Returns the slowest files of a report as lines with their time in seconds, slowest first. */
export function slowestFiles(report: VitestReport, count = 10): string[] {
  const files = report.testResults.map(({ name, startTime, endTime }) => ({ name, ms: endTime - startTime }));
  const slowest = files.toSorted((a, b) => b.ms - a.ms).slice(0, count);
  return slowest.map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${relative(cwd(), name)}`);
}

function readReport(path: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    return undefined;
  }
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  const report = readReport(argv[2] ?? "");
  const { passed, failed } = sumUp(report, argv[3] ?? "failed");
  if (report !== undefined) stdout.write(`Slowest test files:\n${slowestFiles(report).join("\n")}\n`);
  stdout.write(`${passed} passed, ${failed} failed\n`);
  exit(failed === 0 ? 0 : 1);
}

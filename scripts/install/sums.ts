/**
 * The last line of `install.sh --test`: `N passed, N failed`, from vitest's JSON report and the outcome of `npm run check`.
 * Called as `node sums.ts REPORT passed|failed`. Exits 1 when anything failed or nothing ran.
 */
import { readFileSync } from "node:fs";
import { argv, exit, stdout } from "node:process";
import { pathToFileURL } from "node:url";

export interface VitestReport {
  success: boolean;
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[];
}

export interface Sums {
  passed: number;
  failed: number;
}

/**
 * A test that neither passed nor failed (skipped, todo, never reached) counts as failed: none may skip itself. So does a file
 * that broke before its tests did, and a run that vitest calls unsuccessful for another reason. `undefined`: no report was written.
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

function readReport(path: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    return undefined;
  }
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  const { passed, failed } = sumUp(readReport(argv[2] ?? ""), argv[3] ?? "failed");
  stdout.write(`${passed} passed, ${failed} failed\n`);
  exit(failed === 0 ? 0 : 1);
}

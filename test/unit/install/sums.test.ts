import { describe, expect, it } from "vitest";
import { slowestFiles, sumUp } from "../../../scripts/install/sums.ts";
import type { VitestReport } from "../../../scripts/install/sums.ts";

const file = (status: string, ...tests: string[]): VitestReport["testResults"][number] => ({
  name: "a.test.ts",
  status,
  startTime: 1_000,
  endTime: 2_500,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe("sumUp", () => {
  it("adds the tests and the checks", () => {
    const report = { success: true, testResults: [file("passed", "passed", "passed"), file("passed", "passed")] };
    expect(sumUp(report, "passed")).toEqual({ passed: 4, failed: 0 });
  });

  it("counts failed tests once, and failed checks", () => {
    const report = { success: false, testResults: [file("failed", "passed", "failed")] };
    expect(sumUp(report, "failed")).toEqual({ passed: 1, failed: 2 });
  });

  it.each(["skipped", "pending", "todo", "disabled"])("counts a test that is %s as failed", (status) => {
    expect(sumUp({ success: true, testResults: [file("passed", status)] }, "passed").failed).toBe(1);
  });

  it("counts a file that broke before its tests", () => {
    const report = { success: false, testResults: [file("failed"), file("passed", "passed")] };
    expect(sumUp(report, "passed")).toEqual({ passed: 2, failed: 1 });
  });

  it.each([
    ["no report", undefined],
    ["no test at all", { success: true, testResults: [] }],
    ["an unsuccessful run whose tests all passed", { success: false, testResults: [file("passed", "passed")] }],
  ])("does not count %s as a success", (_, report) => {
    expect(sumUp(report, "passed").failed).toBe(1);
  });
});

describe("slowestFiles", () => {
  it("lists the requested number of files, slowest first, in seconds", () => {
    const timed = (name: string, ms: number): VitestReport["testResults"][number] => ({
      ...file("passed"),
      name: `${process.cwd()}/test/${name}.test.ts`,
      endTime: 1_000 + ms,
    });
    const report = { success: true, testResults: [timed("quick", 5), timed("slow", 61_000), timed("middling", 1_240)] };
    expect(slowestFiles(report, 2)).toEqual(["   61.0 s  test/slow.test.ts", "    1.2 s  test/middling.test.ts"]);
  });
});

import { describe, expect, it } from "vitest";
import { sumUp } from "../../../scripts/install/sums.ts";
import type { VitestReport } from "../../../scripts/install/sums.ts";

const file = (status: string, ...tests: string[]): VitestReport["testResults"][number] => ({
  name: "a.test.ts",
  status,
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
  ])("does not call %s a success", (_, report) => {
    expect(sumUp(report, "passed").failed).toBe(1);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histories, runHistory } from "../support/git/git-history.ts";
import { gitWorkshop } from "../support/git/git-project.ts";

describe("inspectHoldings after many random histories", () => {
  it("agrees with git's own lists, and a pull of everything leaves nothing unsaved", async () => {
    const property = fc.asyncProperty(histories(30), async (steps) => {
      const workshop = await gitWorkshop();
      try {
        await runHistory(workshop, steps);
      } finally {
        await workshop.end();
      }
    });
    const result = await fc.check(property, { numRuns: 1000 });
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histories, runHistory } from "../../support/git/git-history.ts";
import { gitWorkshop } from "../../support/git/git-project.ts";

describe("inspectHoldings after random histories", () => {
  // fast-check prints the seed of a failure and the shortest failing history. The long run is in test/soak.
  it("agrees with git's own lists, and a pull of everything leaves nothing unsaved", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(histories(12), async (steps) => {
      const shop = await gitWorkshop();
      try {
        await runHistory(shop, steps);
      } finally {
        await shop.end();
      }
    });
    const result = await fc.check(property, { numRuns: 8, endOnFailure: true });
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  });
});

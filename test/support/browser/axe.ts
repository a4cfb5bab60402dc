import axeCore from "axe-core";
import type { Page } from "playwright-core";

interface Finding {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/**
 * Runs axe-core in the page.
 * @param rules absent: those of WCAG 2.2 AA
 * @returns what it finds, one line each
 */
export async function axe(page: Page, rules?: readonly string[]): Promise<string[]> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  // By the debugger, which the page's CSP does not hold up.
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axeCore.source);
  const found = await page.evaluate<{ violations: Finding[] }>(
    `axe.run({ runOnly: ${JSON.stringify(rules ?? tags)}, resultTypes: ["violations"] })`,
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = "" }) => `${id}: ${target.join(" ")} ${failureSummary.replaceAll(/\s+/g, " ")}`,
    ),
  );
}

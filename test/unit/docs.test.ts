import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderCli } from "../../scripts/docs/cli.ts";
import { renderConfiguration } from "../../scripts/docs/configuration.ts";
import { renderTroubleshooting } from "../../scripts/docs/troubleshooting.ts";
import { tree } from "../support/git/tree.ts";

test.each([
  ["cli.md", renderCli],
  ["configuration.md", renderConfiguration],
  ["troubleshooting.md", renderTroubleshooting],
])("docs/%s is up to date (if not: npm run docs)", async (name, render) => {
  expect(await readFile(join(tree, "docs", name), "utf8")).toBe(render());
});

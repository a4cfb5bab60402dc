import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { renderTroubleshooting } from "../../../scripts/docs/troubleshooting.ts";
import { errorCodes } from "../../../src/errors.ts";
import { tree } from "../../support/tree.ts";

it("docs/troubleshooting.md is what the error codes make it: npm run docs", async () => {
  const page = await readFile(join(tree, "docs/troubleshooting.md"), "utf8");
  expect(page).toBe(renderTroubleshooting());
});

it("has a section for each code", () => {
  const headings = renderTroubleshooting().split("\n");
  for (const code of Object.keys(errorCodes)) expect(headings).toContain(`### ${code}`);
});

// Writes the generated pages, or with --check reports those that are out of date. `npm run docs`
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderApi } from "./docs/api.ts";
import { renderCli } from "./docs/cli.ts";
import { renderConfiguration } from "./docs/configuration.ts";
import { renderOpenApi } from "./docs/openapi.ts";
import { renderTroubleshooting } from "./docs/troubleshooting.ts";

const root = join(import.meta.dirname, "..");

const pages: Readonly<Record<string, () => string>> = {
  "docs/api.md": renderApi,
  "docs/cli.md": renderCli,
  "docs/configuration.md": renderConfiguration,
  "docs/openapi.json": renderOpenApi,
  "docs/troubleshooting.md": renderTroubleshooting,
};

await main(process.argv.includes("--check"));

async function main(check: boolean): Promise<void> {
  for (const [name, render] of Object.entries(pages)) {
    const path = join(root, name);
    const wanted = render();
    const found = await readFile(path, "utf8").catch(() => "");
    if (found === wanted) continue;
    if (!check) {
      await writeFile(path, wanted);
      console.log(`${name} written`);
      continue;
    }
    console.error(`${name} is out of date. Next: npm run docs`);
    process.exitCode = 1;
  }
}

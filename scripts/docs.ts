// Writes the generated pages, or with --check reports those that are out of date. `npm run docs`
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderCli } from "./docs/cli.ts";
import { renderConfiguration } from "./docs/configuration.ts";
import { renderTroubleshooting } from "./docs/troubleshooting.ts";

const root = join(import.meta.dirname, "..");

const pages: Readonly<Record<string, () => string>> = {
  "docs/cli.md": renderCli,
  "docs/configuration.md": renderConfiguration,
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

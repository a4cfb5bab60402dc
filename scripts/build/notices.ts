import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { grammarPackages } from "./grammars.ts";

/** Collects the licence texts of all packages in the program, for `cowork help licenses`. */
export async function collectNotices(root: string, metafiles: readonly Metafile[]): Promise<string> {
  const folders = new Set<string>(["node_modules/@devcontainers/cli", ...grammarPackages()]);
  for (const input of metafiles.flatMap(({ inputs }) => Object.keys(inputs))) {
    // Files made by our plug-ins are listed as `name:path`; the real files are listed, too.
    if (input.includes(":")) continue;
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const notices = await Promise.all([...folders].toSorted().map((folder) => noticeOf(join(root, folder))));
  return `cowork contains the following libraries. Their licences apply to them.\n\n${notices.join("\n")}`;
}

async function noticeOf(folder: string): Promise<string> {
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name)).toSorted();
  const texts = await Promise.all(files.map(async (name) => (await readFile(join(folder, name), "utf8")).trim()));
  const head = `${about.name} ${about.version} (${about.license ?? "see below"})`;
  return `${"=".repeat(80)}\n${head}\n${"=".repeat(80)}\n${texts.join("\n\n") || "(no licence file in the package)"}\n`;
}

import { CoworkError } from "../../errors.ts";
import { isObject } from "./json.ts";
import { strings } from "../judge/judge-config.ts";
import { joinTree, treeFolder } from "./tree-path.ts";
import type { ConfigSource, Json } from "../types.ts";

/** Programs that execute a file with a fixed name. */
const readByProgram: Readonly<Record<string, readonly string[]>> = {
  make: ["Makefile", "makefile", "GNUmakefile"],
  npm: ["package.json", "package-lock.json", ".npmrc"],
  npx: ["package.json", "package-lock.json", ".npmrc"],
  yarn: ["package.json", "yarn.lock", ".yarnrc.yml"],
  pnpm: ["package.json", "pnpm-lock.yaml", ".npmrc"],
  bun: ["package.json", "bun.lock"],
  just: ["justfile", "Justfile", ".justfile"],
  task: ["Taskfile.yml", "Taskfile.yaml"],
  rake: ["Rakefile"],
  "docker-compose": ["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", ".env"],
  docker: ["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", ".env", "Dockerfile"],
};

const maxFiles = 200;

/**
 * Finds the files of the project that a command for the host names, and those that these name in turn. It looks at words and does
 * not parse shell: it finds `./init.sh`, `bash "$PWD/tools/x"` and `make`, but not names that a program composes.
 * @param start folder that the command is called in
 * @returns paths in the source, sorted
 */
export async function namedFiles(source: ConfigSource, command: Json, start = ""): Promise<string[]> {
  const found = new Set<string>();
  const queue: { text: string; folder: string }[] = commandTexts(command).map((text) => ({ text, folder: start }));
  for (let next = queue.shift(); next !== undefined && found.size < maxFiles; next = queue.shift()) {
    for (const path of await pathsIn(source, next)) {
      if (found.has(path)) continue;
      found.add(path);
      const text = await scriptText(source, path);
      if (text !== undefined) queue.push({ text, folder: treeFolder(path) });
    }
  }
  return [...found].toSorted();
}

/** Returns the texts of a lifecycle command: a text, a list of words, or an object of these. */
export function commandTexts(command: Json): string[] {
  if (isObject(command)) return Object.values(command).flatMap(commandTexts);
  return Array.isArray(command) ? [strings(command).join(" ")] : strings(command);
}

async function pathsIn(source: ConfigSource, { text, folder }: { text: string; folder: string }): Promise<string[]> {
  const words = new Set(text.split(/[\s"'`;|&()<>=,{}]+/).filter((word) => word !== ""));
  const paths = new Set<string>();
  for (const word of words) {
    const bare = word.replace(/^\$\{?(PWD|localWorkspaceFolder|OLDPWD)\}?\/?/, "").replace(/^\$[A-Za-z_]*\//, "");
    const candidates = Object.hasOwn(readByProgram, word) ? (readByProgram[word] ?? []) : [bare];
    for (const base of new Set(["", folder])) {
      for (const candidate of candidates) {
        const path = candidate === "" ? undefined : joinTree(base, candidate);
        if (path !== undefined && path !== "" && (await source.stat(path)) === "file") paths.add(path);
      }
    }
  }
  return [...paths];
}

/** Returns undefined if it is not a text file that a shell or another interpreter could run. */
async function scriptText(source: ConfigSource, path: string): Promise<string | undefined> {
  try {
    const bytes = await source.read(path);
    if (bytes === undefined || bytes.length > 256 * 1024 || bytes.includes(0)) return undefined;
    return /\.(lock|json|ya?ml|md|txt)$|lock\.json$/.test(path) ? undefined : new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof CoworkError && error.code === "DEVCONTAINER_INVALID") return undefined;
    throw error;
  }
}

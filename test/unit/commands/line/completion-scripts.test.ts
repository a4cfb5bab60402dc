import { execFile } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { completionScripts, type Shell } from "../../../../src/commands/line/completion-scripts.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";
import { tree } from "../../../support/git/tree.ts";

const run = promisify(execFile);

// How to make each shell complete a line without a terminal.
const drivers: Record<Shell, { args: (script: string, words: string[]) => string[] }> = {
  bash: {
    args: (script, words) => [
      "--norc",
      "-c",
      `set -u; source "${script}"; complete -p cowork >/dev/null; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); ` +
        `COMP_CWORD=${words.length - 1}; _cowork; [ "\${#COMPREPLY[@]}" = 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
  },
  zsh: {
    args: (script, words) => [
      "-f",
      "-c",
      // _describe needs a line editor, so it is replaced by a function that prints its arguments.
      `compdef() { : }; _describe() { print -rl -- "\${(@P)3}" }; source "${script}"; ` +
        `words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}; _cowork || :`,
    ],
  },
  fish: { args: (script, words) => ["--no-config", "-c", `source "${script}"; complete -C '${words.join(" ")}'`] },
};

async function complete(shell: Shell, words: string[]): Promise<string[]> {
  const folder = await temporaryFolder();
  const script = join(folder, "completion");
  await writeFile(script, `${completionScripts[shell]}\n`);
  const program = join(folder, "cowork");
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${join(tree, "src", "main.ts")}" "$@"\n`);
  await chmod(program, 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"]}`, HOME: folder };
  const { stdout, stderr } = await run(shell, drivers[shell].args(script, words), { cwd: folder, env });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

describe("a real shell loads the completion script and completes", () => {
  test.each(Object.keys(drivers) as Shell[])("%s", async (shell) => {
    const values = async (words: string[]): Promise<string[]> =>
      (await complete(shell, words)).map((line) => line.split(/[:\t]/)[0] ?? "");
    // Shells sort the values differently.
    expect((await values(["cowork", "con"])).toSorted()).toEqual(["config", "conflicts", "connect"]);
    expect(await values(["cowork", "help", "doc"])).toEqual(["doctor"]);
    expect((await values(["cowork", "config", ""])).toSorted()).toEqual(["get", "list", "set", "unset"]);
    expect(await values(["cowork", "nothing-like-it", "xyz"])).toEqual([]);
  });
});

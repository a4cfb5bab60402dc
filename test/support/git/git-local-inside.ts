import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { insideScript } from "../../../src/clone/git/inside-script.ts";
import type { GitInside } from "../../../src/clone/types.ts";

/**
 * Runs the scripts meant for the container on this machine, for unit tests with clones that the test made itself.
 * Use a container for hostile clones.
 */
export function localInside(clone: string, env: Readonly<Record<string, string>>): GitInside {
  const run = (
    text: string,
    input: Uint8Array | undefined,
  ): Promise<{ code: number; stdout: Buffer; stderr: string }> =>
    new Promise((resolve) => {
      const options = { cwd: clone, env, maxBuffer: 1 << 28, encoding: "buffer" } as const;
      const child = execFile("/bin/sh", ["-c", insideScript(text, "container")], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, stdout, stderr: stderr.toString("utf8") });
      });
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input ?? "");
    });
  return {
    async script(text, options = {}) {
      const { code, stdout, stderr } = await run(text, options.input);
      return { code, stdout: stdout.toString("utf8"), stderr, truncated: false };
    },
    async save(text, file, options = {}) {
      const { code, stdout, stderr } = await run(text, options.input);
      await writeFile(file, stdout, { flag: "wx", mode: 0o600 });
      return { code, stderr };
    },
  };
}

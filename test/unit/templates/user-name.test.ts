import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRun } from "../../../src/system/run.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { tree } from "../../support/tree.ts";

test("a user without an entry in the password file has a name, and any other keeps theirs", async () => {
  const folder = await temporaryFolder();
  const nobody = join(folder, "nobody.cjs");
  await writeFile(
    nobody,
    'require("node:os").userInfo = () => { throw new Error("uv_os_get_passwd returned ENOENT"); };',
  );
  const words = join(tree, "templates", "devcontainers-cli", "user-name.cjs");
  const say = "console.log(require('os').userInfo().username)";
  const ask = async (...before: string[]): Promise<string> => {
    const { stdout } = await createRun()(process.execPath, [...before, "--require", words, "-e", say]);
    return stdout.trim();
  };
  expect(await ask("--require", nobody)).toBe(String(process.getuid?.()));
  const { stdout } = await createRun()(process.execPath, ["-e", say]);
  expect(await ask()).toBe(stdout.trim());
});

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { piecesOrFile } from "../../../src/commands/process-caller.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("cowork calls itself by its pieces, and by the whole file when they are gone: the words are where each looks for them", async () => {
  const folder = await temporaryFolder();
  const [pieces, file] = [join(folder, "main.cjs"), join(folder, "cowork")];
  await writeFile(pieces, 'console.log("pieces", process.argv.slice(1).join())');
  await writeFile(file, 'console.log("file", process.argv.slice(1).join())');
  const words = ["--input-type=commonjs", "-e", piecesOrFile, "--", pieces, file, "connect", "--no-tmux"];
  expect((await execa(process.execPath, words)).stdout).toBe(`pieces ${pieces},${file},connect,--no-tmux`);
  await rm(pieces);
  expect((await execa(process.execPath, words)).stdout).toBe(`file ${file},connect,--no-tmux`);
});

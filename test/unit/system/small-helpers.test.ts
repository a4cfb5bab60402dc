import { mkdir, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/system/clock.ts";
import { hashFile } from "../../../src/system/files/hash-file.ts";
import { createKnown, memoizePerRun } from "../../../src/system/known.ts";
import { processorOf } from "../../../src/system/processor.ts";
import { removeOld } from "../../../src/system/files/remove-old.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const hour = 3600_000;

test("removes old entries completely; keeps new ones, entries to keep and targets of links", async () => {
  const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  await writeFile(join(elsewhere, "precious"), "");
  const old = new Date(Date.now() - 2 * hour);
  for (const name of ["old", "kept", "young"]) {
    await mkdir(join(folder, name));
    await symlink(elsewhere, join(folder, name, "out"));
    if (name !== "young") await utimes(join(folder, name), old, old);
  }
  await symlink(join(folder, "nowhere"), join(folder, "dangling"));
  await removeOld({ clock: systemClock }, folder, hour, (name) => name === "kept");
  expect((await readdir(folder)).toSorted()).toEqual(["dangling", "kept", "young"]);
  expect(await readdir(elsewhere)).toEqual(["precious"]);
});

test("hashFile returns the SHA-256 of a file", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "abc");
  expect(await hashFile(file)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("memoizePerRun calls once, also for concurrent callers, and again after a failure", async () => {
  const known = createKnown();
  let asked = 0;
  const ask = async (): Promise<number> => {
    asked += 1;
    if (asked === 1) throw new Error("not yet");
    return asked;
  };
  await expect(memoizePerRun({ known }, "a", ask)).rejects.toThrow("not yet");
  expect(await Promise.all([memoizePerRun({ known }, "a", ask), memoizePerRun({ known }, "a", ask)])).toEqual([2, 2]);
  expect(await memoizePerRun({ known }, "b", async () => "other")).toBe("other");
});

test("processors by the kernel's name, none for a name that every object has", () => {
  expect(["x86_64", "aarch64", "riscv64", "constructor"].map(processorOf)).toEqual([
    "x64",
    "arm64",
    undefined,
    undefined,
  ]);
});

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  overridePaths,
  readPlannedMounts,
  readSnapshot,
  takeSnapshot,
  writeOverride,
} from "../../../../src/devcontainer/override/snapshot.ts";
import type { DevcontainerPlan } from "../../../../src/devcontainer/types.ts";
import { coworkPaths, type Paths } from "../../../../src/system/paths.ts";
import { memorySource } from "../../../support/engine/memory-source.ts";
import { emptyPlan } from "../../../support/fakes/empty-plan.ts";

let base: string;
let paths: Paths;
const id = "app-a";

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "cowork-snapshot-"));
  paths = coworkPaths(base);
});
afterEach(() => rm(base, { recursive: true, force: true }));

const plan: DevcontainerPlan = {
  ...emptyPlan,
  config: { image: "x" },
  trustHash: "h",
  files: [".devcontainer/devcontainer.json", ".devcontainer/f"],
};
const source = memorySource({
  ".devcontainer/devcontainer.json": "{}",
  ".devcontainer/f/install.sh": "echo",
  ".devcontainer/big": "not named",
});

test("has the plan and its files, and no others", async () => {
  expect(await readSnapshot({ paths }, id)).toBeUndefined();
  await takeSnapshot({ paths }, { id, source, plan });
  expect(await readSnapshot({ paths }, id)).toEqual(plan);
  const folder = paths.devcontainer(id);
  expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
    "plan.json",
    "source",
    "source/.devcontainer",
    "source/.devcontainer/devcontainer.json",
    "source/.devcontainer/f",
    "source/.devcontainer/f/install.sh",
  ]);
  expect(await readdir(paths.state(id))).toEqual(["devcontainer"]);
});

test("a new snapshot replaces the old one completely", async () => {
  await mkdir(paths.devcontainer(id), { recursive: true });
  await writeFile(join(paths.devcontainer(id), "environment.json"), "{}");
  await takeSnapshot({ paths }, { id, source, plan });
  expect((await readdir(paths.devcontainer(id))).toSorted()).toEqual(["plan.json", "source"]);
});

test("a failed one does not change the old one", async () => {
  await takeSnapshot({ paths }, { id, source, plan });
  const broken = { ...source, exportTo: () => Promise.reject(new Error("gone")) };
  await expect(takeSnapshot({ paths }, { id, source: broken, plan: { ...plan, trustHash: "new" } })).rejects.toThrow(
    "gone",
  );
  expect(await readSnapshot({ paths }, id)).toEqual(plan);
  expect(await readdir(paths.state(id))).toEqual(["devcontainer"]);
});

test("a snapshot that is not JSON is reported", async () => {
  await mkdir(paths.devcontainer(id), { recursive: true });
  await writeFile(join(paths.devcontainer(id), "plan.json"), "{");
  await expect(readSnapshot({ paths }, id)).rejects.toMatchObject({ code: "RECORD_CORRUPT" });
});

test("a plan that cowork did not write is reported and not used", async () => {
  await takeSnapshot({ paths }, { id, source, plan });
  const file = join(paths.devcontainer(id), "plan.json");
  const { cloneBinds: _, ...less } = plan;
  for (const other of [{}, [], null, less, { ...plan, findings: "none" }, { ...plan, config: [] }]) {
    await writeFile(file, JSON.stringify(other));
    await expect(readSnapshot({ paths }, id)).rejects.toMatchObject({
      code: "RECORD_CORRUPT",
      hint: "take a new one: cowork start <session> --rebuild",
    });
  }
  await writeFile(file, JSON.stringify({ ...plan, later: true }));
  expect(await readSnapshot({ paths }, id)).toEqual(plan);
  await writeFile(join(paths.devcontainer(id), "mounts.json"), '{"ours":[{}],"isAgreed":true}');
  await expect(readPlannedMounts({ paths }, id)).rejects.toMatchObject({ code: "RECORD_CORRUPT" });
});

test("writes the override and the Compose file to the paths that it returns", async () => {
  await takeSnapshot({ paths }, { id, source, plan });
  const at = overridePaths({ paths }, id);
  const made = { config: { a: 1 }, ours: [], isAgreed: false };
  expect(await writeOverride({ paths }, id, { ...made, compose: { version: "3.8" } })).toBe(at.config);
  expect(JSON.parse(await readFile(at.config, "utf8"))).toEqual({ a: 1 });
  await writeOverride({ paths }, id, { ...made, compose: { a: "\u2028\u0085\u007f\ufeffü😀" } });
  expect(await readFile(at.compose, "utf8")).toContain('"\\u2028\\u0085\\u007f\\ufeffü😀"');
  await writeOverride({ paths }, id, { ...made, compose: { version: "3.8" } });
  const compose = await readFile(at.compose, "utf8");
  expect(JSON.parse(compose)).toEqual({ version: "3.8" });
  expect(compose).not.toMatch(/^\s*version:/m);
});

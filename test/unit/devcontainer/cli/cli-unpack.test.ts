import { appendFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readAsset } from "../../../../src/assets.ts";
import { featureVariables, unpackCli } from "../../../../src/devcontainer/cli/cli-unpack.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import type { WaitedCall } from "../../../../src/devcontainer/cli-preload/wait-for-call.ts";
import { createRun } from "../../../../src/system/process/run.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const program = "dist/spec-node/devContainersSpecCLI.js";

test("several in parallel unpack one CLI that works, and leave nothing else", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const entries = await Promise.all(Array.from({ length: 6 }, () => unpackCli({ paths })));
  const [entry = ""] = entries;
  expect(new Set(entries).size).toBe(1);
  expect(await readdir(join(paths.lib, "devcontainers-cli"))).toHaveLength(1);
  const { code, stdout } = await createRun()(process.execPath, [entry, "--version"]);
  expect([code, stdout.trim()]).toEqual([0, dirname(entry).split("/").at(-1)]);
});

test("a second call unpacks nothing", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const entry = await unpackCli({ paths });
  const before = await stat(dirname(entry));
  await unpackCli({ paths });
  expect((await stat(dirname(entry))).ino).toBe(before.ino);
});

test.each([
  ["changed", (folder: string) => appendFile(join(folder, program), "// more\n")],
  ["incomplete", (folder: string) => rm(join(folder, program))],
  ["of another cowork", (folder: string) => writeFile(join(folder, ".cowork-sha256"), "other")],
])("one that is %s is unpacked again", async (_, damage) => {
  const paths = coworkPaths(await temporaryFolder());
  const folder = dirname(await unpackCli({ paths }));
  const before = await readFile(join(folder, program), "utf8");
  await damage(folder);
  await unpackCli({ paths });
  expect(await readFile(join(folder, program), "utf8")).toBe(before);
  expect(await readdir(join(paths.lib, "devcontainers-cli"))).toHaveLength(1);
});

test("the fixed tag of features is replaced by a variable", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const text = await readFile(join(dirname(await unpackCli({ paths })), program), "utf8");
  for (const name of Object.values(featureVariables)) expect(text.split(name)).toHaveLength(2);
});

test("with cowork's preload it is the same program, compiled once, and stays intact", async () => {
  const home = await temporaryFolder();
  const paths = coworkPaths(home);
  const entry = await unpackCli({ paths });
  const preload = join(home, "preload.cjs");
  await writeFile(preload, await readAsset("cli-preload.cjs"));
  await writeFile(join(home, ".devcontainer.json"), '{"image": "a"}');
  const env = { ...process.env, COWORK_CLI_COMPILED: join(dirname(entry), ".compiled") };
  for (let time = 0; time < 2; time += 1) {
    const words = ["--require", preload, entry, "read-configuration", "--workspace-folder", home];
    const { code, stdout } = await createRun()(process.execPath, words, { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ configuration: { image: "a" } });
    expect(await readdir(join(dirname(entry), ".compiled"))).toHaveLength(1);
  }
  expect(await unpackCli({ paths })).toBe(entry);
});

test("with cowork's preload it waits for its call after loading, and does nothing without one", async () => {
  const home = await temporaryFolder();
  const entry = await unpackCli({ paths: coworkPaths(home) });
  const preload = join(home, "preload.cjs");
  await writeFile(preload, await readAsset("cli-preload.cjs"));
  await writeFile(join(home, ".devcontainer.json"), '{"image": "${localEnv:GIVEN}"}');
  const words = ["--require", preload, entry];
  const env = { ...process.env, COWORK_CLI_WAIT: "1" };
  const call: WaitedCall = { args: ["read-configuration", "--workspace-folder", "."], cwd: home, env: { GIVEN: "a" } };
  const input = Promise.withResolvers<string>();
  const asked = createRun()(process.execPath, words, { env, input: input.promise });
  input.resolve(JSON.stringify(call));
  expect(JSON.parse((await asked).stdout)).toMatchObject({ configuration: { image: "a" } });
  for (const none of ["", Promise.resolve("")])
    expect(await createRun()(process.execPath, words, { env, input: none })).toMatchObject({ code: 1, stdout: "" });
});

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lifecycleStages } from "../../../../src/devcontainer/lifecycle.ts";
import { removeStageMarkers, rerunFrom } from "../../../../src/devcontainer/cli/lifecycle-markers.ts";
import type { Engine, ExecSpec } from "../../../../src/engine/types.ts";
import { createRun } from "../../../../src/system/process/run.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

/** Runs what would run in a container on this machine, with a temporary home. */
async function here(home: string, said: ExecSpec[]): Promise<Pick<Engine, "exec">> {
  return {
    exec: async (_, spec) => {
      said.push(spec);
      const [file, ...args] = spec.command;
      const { code, stdout, stderr } = await createRun()(file, args, {
        env: { HOME: home, PATH: process.env["PATH"] },
      });
      return { code: code ?? 1, stdout, stderr, truncated: false };
    },
  };
}

async function homeWithMarkers(): Promise<string> {
  const home = await temporaryFolder();
  await mkdir(join(home, ".devcontainer"));
  for (const stage of lifecycleStages) await writeFile(join(home, ".devcontainer", `.${stage}Marker`), "2026");
  return home;
}

test("the markers of the failed stage and of later stages are removed, and no others", async () => {
  const home = await homeWithMarkers();
  const said: ExecSpec[] = [];
  await rerunFrom((await here(home, said)) as Engine, "c", "dev", "postCreateCommand");
  expect((await readdir(join(home, ".devcontainer"))).toSorted()).toEqual([
    ".onCreateCommandMarker",
    ".updateContentCommandMarker",
  ]);
  expect(said).toMatchObject([{ user: "dev", workingDir: "/" }]);
});

test("it is an error if they cannot be removed", async () => {
  const engine = { exec: async () => ({ code: 126, stdout: "", stderr: "no /bin/sh", truncated: false }) };
  await expect(rerunFrom(engine as unknown as Engine, "c", "u", "postCreateCommand")).rejects.toMatchObject({
    code: "ENGINE_FAILED",
    message: expect.stringContaining("no /bin/sh"),
  });
});

test("the script prints nothing about homes without markers", async () => {
  const args = ["-c", removeStageMarkers, "sh", "root", "postCreateCommand"];
  const result = await createRun()("/bin/sh", args, { env: { HOME: await temporaryFolder() } });
  expect(result).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

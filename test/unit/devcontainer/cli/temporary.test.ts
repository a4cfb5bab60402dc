import { mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withTemporaryFolder } from "../../../../src/devcontainer/cli/temporary.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";
import { imageContext } from "../../../support/engine/image-context.ts";

test("each call gets its own folder, which is always removed; a killed run's folder is removed a day later", async () => {
  const { ctx, end } = await imageContext({ engine: createFakeEngine() });
  onTestFinished(end);
  const parent = join(ctx.paths.stateRoot, ".tmp");
  const old = new Date(Date.now() - 25 * 3_600_000);
  for (const name of ["devcontainer-old", "devcontainer-new", "others"])
    await mkdir(join(parent, name), { recursive: true });
  for (const name of ["devcontainer-old", "others"]) await utimes(join(parent, name), old, old);
  const seen = await Promise.all(
    [1, 2].map(() => withTemporaryFolder(ctx, async (folder) => [folder, await readdir(folder)])),
  );
  expect(new Set(seen.map(([folder]) => folder)).size).toBe(2);
  await expect(withTemporaryFolder(ctx, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect((await readdir(parent)).toSorted()).toEqual(["devcontainer-new", "others"]);
});

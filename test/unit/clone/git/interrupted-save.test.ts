import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { gitInside } from "../../../../src/clone/git/inside.ts";
import type { Context } from "../../../../src/system/context.ts";
import { CoworkError } from "../../../../src/errors.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

/** A running container whose program sends something and is then interrupted. */
function interrupted(folder: string, turns: number): Context {
  const attach = async (_id: string, _what: object, { stdout }: { stdout: Writable }): Promise<never> => {
    for (let n = 0; n < 20; n += 1) stdout.write(Buffer.alloc(64 * 1024));
    for (let n = 0; n < turns; n += 1) await setImmediate();
    throw new CoworkError("INTERRUPTED", "Interrupted.");
  };
  const mounts = [{ source: "/clone", destination: "/workspaces/app" }];
  const engine = { attach, findContainer: async () => ({ id: "c", state: "running", mounts }) };
  return { engine, paths: coworkPaths(folder), signal: new AbortController().signal } as unknown as Context;
}

test("a transfer that is interrupted while it is written ends in order and leaves no file", async () => {
  const folder = await temporaryFolder();
  const spec = { clone: "/clone", uid: 1000, gid: 1000, containerId: "c", images: [], labels: {} };
  for (let turns = 0; turns < 40; turns += 1) {
    const saving = gitInside(interrupted(folder, turns), spec).save("true", join(folder, `bundle-${turns}`));
    await expect(saving).rejects.toMatchObject({ code: "INTERRUPTED" });
  }
  expect(await readdir(folder)).toEqual([]);
});

import { mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkOldVersions } from "../../../src/session/checks/old-versions.ts";
import { systemClock } from "../../../src/system/clock.ts";
import type { Context } from "../../../src/system/context.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const day = 24 * 3600;

async function homeWith(ages: Record<string, number>): Promise<Context> {
  const paths = coworkPaths(await temporaryFolder());
  const now = Date.now() / 1000;
  for (const [path, days] of Object.entries(ages)) {
    await mkdir(join(paths.lib, path), { recursive: true });
    await utimes(join(paths.lib, path), now - days * day, now - days * day);
  }
  return { paths, clock: systemClock } as Context;
}

const ages = {
  "cowork/00000000000a": 100,
  "cowork/00000000000b": 90,
  "cowork/00000000000c": 80,
  "cowork/00000000000d": 70,
  "remote/00000000000a": 100,
  "remote/00000000000b": 5,
  "remote/00000000000c": 4,
  "remote/00000000000d": 3,
  "remote/00000000000e": 2,
  "remote/outgoing": 100,
};

test("versions that were not used for long are reported, and removed with --fix; the newest stay, however old they are", async () => {
  const ctx = await homeWith(ages);
  expect(await checkOldVersions(ctx, { fix: false })).toMatchObject([
    { status: "warning", fix: "cowork doctor --fix" },
  ]);
  expect(await checkOldVersions(ctx, { fix: true })).toMatchObject([
    { status: "fixed", detail: expect.stringMatching(/^2 /) as string },
  ]);
  expect((await readdir(join(ctx.paths.lib, "cowork"))).toSorted()).toEqual([
    "00000000000b",
    "00000000000c",
    "00000000000d",
  ]);
  expect(await readdir(join(ctx.paths.lib, "remote"))).toContain("outgoing");
  expect(await readdir(join(ctx.paths.lib, "remote"))).toHaveLength(5);
  expect(await checkOldVersions(ctx, { fix: true })).toEqual([]);
});

test("a home without old versions reports nothing", async () => {
  expect(await checkOldVersions(await homeWith({}), { fix: true })).toEqual([]);
});

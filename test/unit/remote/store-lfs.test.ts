import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { findLackingLfs, takeLfs } from "../../../src/remote/server/store-lfs.ts";
import type { Context } from "../../../src/system/context.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const oidOf = (content: string): string => createHash("sha256").update(content).digest("hex");
const pathOf = (oid: string): string => `${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`;
const project = { name: "app", rootCommit: "0".repeat(40), objectFormat: "sha1" as const };

async function store(): Promise<{ ctx: Context; objects: string }> {
  const paths = coworkPaths(await temporaryFolder());
  const objects = join(paths.store("app"), "lfs", "objects");
  await mkdir(objects, { recursive: true });
  return { ctx: { paths } as Context, objects };
}

function archive(files: Record<string, string>): Readable {
  const made = pack();
  for (const [name, content] of Object.entries(files)) made.entry({ name }, content);
  made.finalize();
  return made as unknown as Readable;
}

test("existing objects are not requested, and received ones are stored under their hash", async () => {
  const { ctx, objects } = await store();
  const [old, fresh] = [oidOf("old"), oidOf("fresh")];
  await mkdir(join(objects, pathOf(old), ".."), { recursive: true });
  await writeFile(join(objects, pathOf(old)), "old");
  expect(await findLackingLfs(ctx, project, [old, fresh])).toEqual([fresh]);
  await takeLfs(ctx, project, [fresh], archive({ [pathOf(fresh)]: "fresh" }));
  expect(await readFile(join(objects, pathOf(fresh)), "utf8")).toBe("fresh");
  expect(await findLackingLfs(ctx, project, [old, fresh])).toEqual([]);
});

test("an object whose hash differs from its name is an error and not stored", async () => {
  const { ctx, objects } = await store();
  const oid = oidOf("right");
  await expect(takeLfs(ctx, project, [oid], archive({ [pathOf(oid)]: "wrong" }))).rejects.toMatchObject({
    code: "GIT_FAILED",
  });
  await expect(readFile(join(objects, pathOf(oid)))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a project name with a path is refused", async () => {
  const { ctx } = await store();
  await expect(findLackingLfs(ctx, { ...project, name: "../app" }, [])).rejects.toMatchObject({
    code: "REQUEST_INVALID",
  });
});

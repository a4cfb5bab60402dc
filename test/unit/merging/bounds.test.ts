import { mkdir, readdir, rmdir } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clone } from "../../../src/merging/parties.ts";
import { memoryFolder, removeMemoryFolders } from "../../../src/merging/scratch/memory-folder.ts";
import { sha256 } from "../../../src/system/sha256.ts";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;

beforeEach(async () => {
  shop = await mergingShop("seq 30 >f");
});
afterEach(() => shop.end());

/** A session that cannot be looked at; notes how many of its host are asked at the same time. */
function asked(host: string, n: number, now: Map<string, number>, most: Map<string, number>): Clone {
  return {
    id: `app-${n}`,
    name: `${host}-${n}`,
    host,
    running: true,
    open: async () => {
      now.set(host, (now.get(host) ?? 0) + 1);
      most.set(host, Math.max(most.get(host) ?? 0, now.get(host) ?? 0));
      await new Promise(setImmediate);
      now.set(host, (now.get(host) ?? 0) - 1);
      throw new Error("it does not answer");
    },
  };
}

test("of fifty sessions no host is asked for more than a few at a time", async () => {
  const [now, most] = [new Map<string, number>(), new Map<string, number>()];
  const clones = ["local", "build"].flatMap((host) => Array.from({ length: 25 }, (_, n) => asked(host, n, now, most)));
  const { sessions } = await shop.look({ clones });
  expect(sessions).toHaveLength(50);
  expect(Object.fromEntries(most)).toEqual({ local: 4, build: 4 });
  most.clear();
  await shop.look({ clones, atOnce: 2 });
  expect(Object.fromEntries(most)).toEqual({ local: 2, build: 2 });
});

test("objects of merges are in memory for as long as git takes, and what a killed command left goes", async () => {
  for (const name of ["a", "b"]) await shop.clone(name, `sed -i 's/^5$/${name}/' f`);
  const [seen, run] = [new Set<string>(), shop.context.run];
  shop.context.run = async (file, args, options) => {
    const objects = options?.env?.["GIT_OBJECT_DIRECTORY"];
    if (args.includes("merge-tree") && objects !== undefined) seen.add(objects);
    return await run(file, args, options);
  };
  expect(shop.pair(await shop.look(), "a", "b")).toBe("textual content:f");
  // Not every machine has enough of it.
  const own = memoryFolder({ gitDir: shop.root });
  own?.release();
  if (own !== undefined) await rmdir(own.path);
  const [objects = ""] = seen;
  expect(objects).toMatch(own === undefined ? /tmp-objects-/ : /^\/dev\/shm\/cowork-[0-9a-f]{16}-/);
  const left = (await readdir("/dev/shm")).filter((name) => objects.startsWith(`/dev/shm/${name}/`));
  expect(left).toEqual([]);
  const gitDir = `${shop.context.paths.conflicts}/killed.git`;
  const killed = `/dev/shm/cowork-${sha256(gitDir).slice(0, 16)}-0`;
  await mkdir(`${killed}/objects`, { recursive: true });
  await removeMemoryFolders({ gitDir });
  expect(await readdir("/dev/shm")).not.toContain(killed.slice("/dev/shm/".length));
});

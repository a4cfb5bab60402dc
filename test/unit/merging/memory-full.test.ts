import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MemoryFolder } from "../../../src/merging/scratch/memory-folder.ts";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;
const made = vi.hoisted(() => ({ folder: undefined as MemoryFolder | undefined }));

vi.mock(import("../../../src/merging/scratch/memory-folder.ts"), async (original) => ({
  ...(await original()),
  memoryFolder: () => made.folder,
}));

beforeEach(async () => {
  shop = await mergingShop("seq 30 >f");
});
afterEach(() => shop.end());

test("merges that would fill the memory are done on the disk, and cost no session its answer", async () => {
  for (const name of ["a", "b"]) await shop.clone(name, `sed -i 's/^5$/${name}/' f`);
  const path = `${shop.root}/memory`;
  await shop.sh(shop.root, "mkdir memory");
  let released = 0;
  made.folder = { path, full: AbortSignal.abort(), release: () => void (released += 1) };
  const result = await shop.look();
  expect(shop.pair(result, "a", "b")).toBe("textual content:f");
  expect(result.sessions.every(({ judged }) => judged)).toBe(true);
  expect(released).toBe(1);
});

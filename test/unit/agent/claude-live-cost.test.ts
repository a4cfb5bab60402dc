import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastSpent, readSpent } from "../../../src/agent/claude/live-cost.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const line = (used: number, total: number): string =>
  `{"attachment":{"type":"budget_usd","used":${used},"total":${total},"remaining":${total - used}}}\n`;

test("what was spent last by the process with this budget counts", () => {
  const text = line(1, 5) + line(0.5, 2) + line(0.044000000000000004, 2) + line(4, 5);
  expect(lastSpent(text, 2)).toBeCloseTo(0.044);
  expect(lastSpent(text, 5)).toBe(4);
  expect(lastSpent(text, 3)).toBeUndefined();
  expect(lastSpent('"type":"budget_usd","used":-1,"total":2,', 2)).toBeUndefined();
});

test("is read from the conversation's own transcript, and never through a link", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const folder = join(paths.agentState("app-a", "claude"), "projects", "-w");
  await mkdir(folder, { recursive: true });
  const [own, linked] = ["0f2c8a1e-0000-4000-8000-000000000001", "0f2c8a1e-0000-4000-8000-000000000002"] as const;
  await writeFile(join(folder, `${own}.jsonl`), `${"x".repeat(3_000_000)}\n${line(1.5, 2)}`);
  await symlink(join(folder, `${own}.jsonl`), join(folder, `${linked}.jsonl`));
  const spent = async (conversation: string): Promise<number | undefined> =>
    await readSpent({ paths }, { id: "app-a", conversation, budget: 2 });
  expect(await spent(own)).toBe(1.5);
  // Wherever the newest entry is: in two blocks, or far from the end.
  for (const after of [64 * 1024 - 10, 64 * 1024 - 60, 128 * 1024 - 30, 900_000]) {
    await writeFile(join(folder, `${own}.jsonl`), `${line(1.5, 2)}${line(0.5, 2)}${line(3, 9)}${"x".repeat(after)}`);
    expect(await spent(own)).toBe(0.5);
  }
  await writeFile(join(folder, `${own}.jsonl`), `${line(1.5, 2)}${"x".repeat(2_000_000)}`);
  expect(await spent(own)).toBeUndefined();
  expect(await spent(linked)).toBeUndefined();
  expect(await spent("0f2c8a1e-0000-4000-8000-000000000003")).toBeUndefined();
});

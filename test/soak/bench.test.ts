import { execa } from "execa";
import { expect, it } from "vitest";
import type { Report } from "../../bench/report.ts";
import { tree } from "../support/git/tree.ts";

// That the bench runs, measures both sides of everything, and leaves nothing; how fast anything is, is not a test's to say.
it("the bench runs one small round and gives a figure for everything that it names", async () => {
  const before = await benchContainers();
  const args = ["bench/bench.ts", "--smoke", "--json"];
  const { stdout } = await execa(process.execPath, args, { cwd: tree });
  const { entries, growth, rounds, sizes } = JSON.parse(stdout) as Report;
  expect(rounds).toBe(1);
  expect(entries.map(({ name }) => name)).toEqual([
    "init8_vs_loop",
    "init8_vs_floor",
    "init1_vs_up",
    "init8_cpu_vs_loop",
    "rss_init8",
    "start8_vs_docker_start",
    "connect_vs_docker_exec",
    "connect_vs_devcontainer_exec",
    "version_vs_node",
    "complete_vs_node",
    "list_vs_node",
    "list200_vs_list8",
    "clone_vs_worktree",
    "clone_objects",
  ]);
  for (const { name, value, runs } of entries) {
    expect(value, name).toBeGreaterThan(0);
    expect(runs.every(Number.isFinite), name).toBe(true);
  }
  expect(growth.map(({ sessions }) => sessions)).toEqual([1, 2]);
  expect(sizes).toMatchObject([{ files: 20, history: 1 }]);
  for (const size of sizes) expect(Object.values(size).every((value) => value > 0)).toBe(true);
  // A bench that somebody runs beside this one is none of ours.
  expect((await benchContainers()).filter((id) => !before.includes(id))).toEqual([]);
});

async function benchContainers(): Promise<string[]> {
  const { stdout } = await execa("docker", ["ps", "-aq", "--filter", "label=cowork.project=bench"]);
  return stdout.split("\n");
}

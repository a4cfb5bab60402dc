import { execa } from "execa";
import { expect, it } from "vitest";
import type { Report } from "../../bench/report.ts";
import { tree } from "../support/git/tree.ts";

// Checks that the bench runs, measures everything and removes its containers. It does not check speed.
it("the bench runs one small round and reports a value for every entry", async () => {
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
    "events_100k_vs_short",
    "hook_cpu",
    "hook_cpu_vs_sh",
    "event_to_list",
    "answer_to_command",
    "notify",
    "watch50_cpu",
    "watch50_rss",
    "watch50_key",
    "wait50_cpu",
    "serve50_cpu",
    "serve50_rss",
    "sessions50_vs_files",
    "sessions50_vs_hono",
    "serve_event",
    "page50_now",
    "replay100k",
    "clone_vs_worktree",
    "clone_objects",
    "conflicts3_vs_pairs",
    "conflicts3_same_vs_pairs",
    "conflicts3_one_vs_pairs",
  ]);
  for (const { name, value, runs } of entries) {
    expect(value, name).toBeGreaterThan(0);
    expect(runs.every(Number.isFinite), name).toBe(true);
  }
  expect(growth.map(({ sessions }) => sessions)).toEqual([1, 2]);
  expect(sizes).toMatchObject([{ files: 20, history: 1 }]);
  for (const size of sizes) expect(Object.values(size).every((value) => value > 0)).toBe(true);
  // Containers of another bench that runs at the same time do not count.
  expect((await benchContainers()).filter((id) => !before.includes(id))).toEqual([]);
});

async function benchContainers(): Promise<string[]> {
  const { stdout } = await execa("docker", ["ps", "-aq", "--filter", "label=cowork.project=bench"]);
  return stdout.split("\n");
}

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunView } from "../../src/contract/work/run.ts";
import { asRoot } from "../support/home/as-root.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";
import { logInOnTerminal } from "../support/stand-in/log-in.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

// Twenty runs at once, each with a container, the real agent and a process that supervises it.

const count = Number(process.env["COWORK_RUNS"] ?? 20);
const names = Array.from({ length: count }, (_, n) => `s${n + 1}`);

let vendor: Vendor;
let home: TestHome;
let cwd: string;

async function done(...args: string[]): Promise<CoworkResult> {
  const env = { COWORK_BASE_IMAGE: vendor.image, COWORK_RUNS: String(count) };
  const result = await runCowork(args, { home, cwd, env, timeoutMs: 1_800_000 });
  expect(result.code, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}

beforeAll(async () => {
  vendor = await startVendor("soak-runs-at-once");
  home = await temporaryHome();
  cwd = await sampleProject(home, "none", { name: "shop" });
  await done("init", ...names);
  await vendor.adoptSessions(home.hash);
  await logInOnTerminal(home, vendor, cwd);
}, 1_800_000);

afterAll(async () => {
  await home?.remove();
  await vendor?.stop();
}, 600_000);

it("all of them complete, none is lost, and each left its own work", async () => {
  // The test lets all of them go on together, once each of them works.
  const until = "while [ ! -e go ]; do sleep 1; done";
  const wait = { name: "Bash", input: { command: until, description: "made up", timeout: 590_000 } };
  for (const name of names) {
    const write = { name: "Bash", input: { command: `echo ${name} >${name}.txt`, description: "made up" } };
    const steps = [{ tools: [write] }, { tools: [wait] }, { text: `${name} is done.` }];
    await done("run", name, script(steps), "--permissions", "all");
  }
  await expect.poll(working, { timeout: 600_000, interval: 3000 }).toBe(count);
  const sizes = await supervisors();
  expect(sizes).toHaveLength(count);
  const mean = (what: "own" | "rss"): number => Math.round(sizes.reduce((sum, one) => sum + one[what], 0) / count);
  console.info(
    `memory of each supervisor in MB: own ${mean("own")}, with the pages of Node that all share ${mean("rss")}`,
  );
  expect(mean("own")).toBeLessThan(60);
  for (const name of names) await asRoot("touch", [join(home.coworkHome, "sessions", `shop-${name}`, "go")]);
  await done("wait", ...names, "--timeout", "25m");
  const { runs } = JSON.parse((await done("runs", "--json")).stdout) as { runs: RunView[] };
  expect(runs.map(({ id }) => id).toSorted()).toEqual(names.map((name) => `${name}:1`).toSorted());
  for (const { session, state, detail, result, commit } of runs) {
    expect({ session, state, detail, result }).toEqual({
      session,
      state: "completed",
      detail: undefined,
      result: `${session} is done.`,
    });
    expect(commit, session).toMatch(/^[0-9a-f]{40}$/);
    expect((await done("diff", session, "--stat")).stdout).toContain(` ${session}.txt `);
  }
}, 3_600_000);

/** Number of runs whose agent has written its file. */
async function working(): Promise<number> {
  const all = names.map((name) => join(home.coworkHome, "sessions", `shop-${name}`, `${name}.txt`));
  return all.filter((path) => existsSync(path)).length;
}

/** Memory in MB of every process that supervises a run of this home: its own, and with what it shares with others. */
async function supervisors(): Promise<{ own: number; rss: number }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (!line.includes(`__host\0job\0${home.coworkHome}`)) return [];
      const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
      const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
      return [{ own: (kb("Private_Clean") + kb("Private_Dirty")) / 1024, rss: kb("Rss") / 1024 }];
    }),
  );
  return sizes.flat();
}

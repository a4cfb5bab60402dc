import { afterAll, beforeAll, expect, it } from "vitest";
import type { MergeView } from "../../src/contract/merging/merge.ts";
import type { SessionView } from "../../src/session/types.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runRandomSteps } from "../support/git/random-steps.ts";
import { runCowork } from "../support/home/run-cowork.ts";
import { git, sampleProject } from "../support/git/sample-project.ts";

// A short version of test/soak/never-lost.test.ts.
let home: TestHome;
let project: string;

beforeAll(async () => {
  home = await temporaryHome();
  project = await sampleProject(home, "image");
});
afterAll(() => home.remove());

it("clean removes no work that is missing in the project, after any sequence of steps", async () => {
  const sessions = ["a", "b"];
  const made = await runCowork(["init", ...sessions], { home, cwd: project });
  expect(made.code, made.stderr).toBe(0);
  const steps = await runRandomSteps({ home, project, sessions, steps: 25, seed: 7 });
  // With this seed the steps contain a clean that succeeds and one that refuses.
  expect(steps.filter((line) => /cowork clean . → 0$/.test(line)).length, steps.join("\n")).toBeGreaterThan(0);
});

it("clean refuses while a process keeps writing and committing, and keeps its work", async () => {
  await runCowork(["init", "busy"], { home, cwd: project });
  const inside = (script: string): ReturnType<typeof runCowork> =>
    runCowork(["connect", "busy", "--", "sh", "-c", script], { home, cwd: project });
  await inside(
    `setsid sh -c 'n=0; while [ $n -lt 4000 ]; do n=$((n+1)); echo $n >f; git add f; git commit -qm "$n"; echo "$n" >>loose; done' >/dev/null 2>&1 &
     while ! git rev-parse -q --verify HEAD~2 >/dev/null; do sleep 0.1; done`,
  );
  const first = Number((await inside("git rev-list --count HEAD")).stdout);
  for (let tries = 0; tries < 3; tries += 1) {
    const { code, stderr } = await runCowork(["clean", "busy"], { home, cwd: project });
    expect([code, stderr]).toEqual([3, expect.stringMatching(/commits? on busy not in the project/)]);
  }
  expect(Number((await inside("git rev-list --count HEAD")).stdout)).toBeGreaterThanOrEqual(first);
  await inside("git fsck --full --strict");
  await runCowork(["stop", "busy"], { home, cwd: project });
  expect((await runCowork(["pull", "busy", "--uncommitted"], { home, cwd: project })).code).toBe(0);
  const commits = Number(await git(project, "rev-list", "--count", "busy"));
  expect((await runCowork(["clean", "busy"], { home, cwd: project })).code).toBe(0);
  expect(commits).toBeGreaterThanOrEqual(first);
});

it("merge tests sessions together in a session of its own, lands them, and names the one to blame", async () => {
  const cowork = (...args: string[]): ReturnType<typeof runCowork> => runCowork(args, { home, cwd: project });
  await git(project, "checkout", "-q", "main");
  const made = await cowork("init", "one", "two", "bad");
  expect(made.code, made.stderr).toBe(0);
  for (const name of ["one", "two", "bad"]) {
    const script = `echo ${name} >only-${name} && git add -A && git commit -qm 'work of ${name}'`;
    expect((await cowork("connect", name, "--", "sh", "-c", script)).code).toBe(0);
  }
  const test = 'test -e /.dockerenv || exit 9; if [ -e only-bad ]; then echo "bad is here"; exit 1; fi';
  const result = await cowork("merge", "one", "bad", "two", "--test", test, "--ff", "--json");
  expect(result.code, result.stderr).toBe(1);
  const { merge } = JSON.parse(result.stdout) as { merge: MergeView };
  expect(merge.items).toMatchObject([
    { session: "one", state: "landed" },
    { session: "bad", state: "failed", output: "bad is here" },
    { session: "two", state: "landed" },
  ]);
  expect(merge).toMatchObject({ state: "done", into: "main", result: { how: "fast-forwarded", tested: true } });
  expect(await git(project, "rev-parse", "main", "main^{tree}")).toBe(`${merge.result?.commit}\n${merge.result?.tree}`);
  expect(await git(project, "status", "--porcelain", "--untracked-files=no")).toBe("");
  const file = await cowork("connect", "bad", "--", "cat", merge.items[1]?.file ?? "");
  expect(file.stdout).toBe("bad is here\n");
  expect((await cowork("merge", "--status")).stdout).toMatch(/failed +bad/);
  // Its own session is gone, and what landed shows as merged without another look.
  const { sessions } = JSON.parse((await cowork("list", "--json")).stdout) as { sessions: SessionView[] };
  const merged = sessions
    .filter(({ name }) => ["one", "two", "bad"].includes(name))
    .map((one) => `${one.name} ${one.merged?.state ?? "-"}`);
  expect(merged.toSorted()).toEqual(["bad -", "one merged", "two merged"]);
});

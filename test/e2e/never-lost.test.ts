import { afterAll, beforeAll, expect, it } from "vitest";
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

import { afterAll, beforeAll, expect, it } from "vitest";
import { execa } from "execa";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runRandomSteps } from "../support/git/random-steps.ts";
import { runCowork } from "../support/home/run-cowork.ts";
import { commitAll, sampleProject } from "../support/git/sample-project.ts";

// COWORK_SEED repeats one run. A failure prints its seed and all steps before it.
const given = process.env["COWORK_SEED"];
const first = given === undefined ? Date.now() % 1e6 : Number(given);
const runs = given === undefined ? 10 : 1;

let home: TestHome;
beforeAll(async () => {
  home = await temporaryHome();
});
afterAll(() => home.remove());

it.each(Array.from({ length: runs }, (_, n) => first + n))(
  "clean removes no work that is missing in the project, after any sequence of steps (COWORK_SEED=%i)",
  async (seed) => {
    const project = await sampleProject(home, "image");
    await runCowork(["init", "a", "b", "c"], { home, cwd: project });
    await runRandomSteps({ home, project, sessions: ["a", "b", "c"], steps: 80, seed });
    const end = await runCowork(["clean", "--all", "--force"], { home, cwd: project });
    expect(end.code, end.stderr).toBe(0);
    await execa("rm", ["-rf", project]);
  },
);

it("clean removes no work that is missing in a project of 20,000 files", async () => {
  const project = await sampleProject(home, "image");
  const script = "for d in $(seq 200); do mkdir d$d; for f in $(seq 100); do echo $d $f >d$d/f$f; done; done";
  await execa("sh", ["-c", script], { cwd: project });
  await commitAll(project, "many files");
  await runCowork(["init", "a", "b"], { home, cwd: project });
  expect(await runRandomSteps({ home, project, sessions: ["a", "b"], steps: 40, seed: first })).toHaveLength(40);
});

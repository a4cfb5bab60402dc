import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import type { TestHome } from "../home/home.ts";
import { generator } from "./random.ts";
import { runCowork } from "../home/run-cowork.ts";

/** One step: a script in the session, a script in the project, or a cowork command that may be killed while it runs. */
type Step =
  | { inside: string }
  | { project: string }
  | { cowork: readonly string[]; /** send SIGKILL after this many milliseconds */ killAfter?: number };

const inside = [
  'echo "$N" >f$((N % 4)); git add -A; git commit -qm "$N"',
  'echo "$N" >f$((N % 4))',
  'echo "$N" >new$N',
  'git checkout -q -b "b$N"; git commit -q --allow-empty -m "$N"',
  'git checkout -q --detach; git commit -q --allow-empty -m "detached $N"',
  "git stash -qu",
  'git tag -a -m "$N" "t$N"',
  'echo "$N" >staged; git add staged; echo more >>staged',
  "git reset -q --soft HEAD~1",
];
const project = [
  'git commit -q --allow-empty -m "p$N"',
  "git gc -q --prune=now",
  "git branch -q -D $(git branch --format='%(refname:short)' | grep -v '^main$' | head -1)",
];
const commands = (name: string): (readonly string[])[] => [
  ["pull", name],
  ["pull", name, "--uncommitted"],
  ["pull", name, "--uncommitted", "--all-branches"],
  ["push", name, "main"],
  ["push", name, "main", "--merge"],
  ["stop", name],
  ["start", name],
  ["clean", name],
  ["clean", name],
  ["init", name],
];

export interface RandomSteps {
  home: TestHome;
  project: string;
  sessions: readonly string[];
  steps: number;
  /** the same seed repeats the same steps (except for the machine's timing) */
  seed: number;
}

/**
 * Runs random steps on sessions, with the built file on the real engine. Whenever a clone is removed without `--force`, everything
 * in it (commits of every ref, stashes, index, working tree) must be in the project.
 * @returns one line per step; throws an error with these lines when something is lost
 */
export async function runRandomSteps(lives: RandomSteps): Promise<string[]> {
  const random = generator(lives.seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const steps: string[] = [];
  for (let n = 0; n < lives.steps; n += 1) {
    const name = pick(lives.sessions);
    const step = nextStep(name, pick, random);
    const clone = join(lives.home.coworkHome, "sessions", `app-${name}`);
    const before = await contentOf(clone);
    steps.push(`${n} ${name}: ${await act(lives, name, step, n)}`);
    if (before === undefined || (await contentOf(clone)) !== undefined) continue;
    const kept = await keptBy(lives.project);
    const lost = [...before].filter(([oid]) => !kept.has(oid));
    if (lost.length === 0) continue;
    const what = lost.map(([oid, where]) => `${oid.slice(0, 10)} (${where})`).join(", ");
    throw new Error(`COWORK_SEED=${lives.seed}: lost ${what}\n${steps.join("\n")}`);
  }
  return steps;
}

function nextStep(name: string, pick: <T>(values: readonly T[]) => T, random: () => number): Step {
  const kind = random();
  if (kind < 0.4) return { inside: pick(inside) };
  if (kind < 0.5) return { project: pick(project) };
  const cowork = pick(commands(name));
  return random() < 0.25 ? { cowork, killAfter: 100 + random() * 1_500 } : { cowork };
}

async function act({ home, project: cwd }: RandomSteps, name: string, step: Step, n: number): Promise<string> {
  if ("inside" in step) {
    const script = `N=${n}; ${step.inside}`;
    const { code } = await runCowork(["connect", name, "--", "sh", "-c", script], { home, cwd });
    return `${script} → ${code}`;
  }
  if ("project" in step) {
    const { exitCode } = await execa("sh", ["-c", `N=${n}; ${step.project}`], { cwd, reject: false, env: identity });
    return `in the project: ${step.project} → ${exitCode}`;
  }
  const { killAfter } = step;
  const kill = killAfter === undefined ? {} : { killAfterMs: killAfter };
  const { code } = await runCowork(step.cowork, { home, cwd, ...kill });
  // programs that the killed cowork started run on for a moment
  if (killAfter !== undefined) await delay(300);
  return `cowork ${step.cowork.join(" ")}${killAfter === undefined ? "" : `, killed after ${Math.round(killAfter)} ms`} → ${code}`;
}

const identity = {
  GIT_AUTHOR_NAME: "Test Person",
  GIT_AUTHOR_EMAIL: "test.person@example.invalid",
  GIT_COMMITTER_NAME: "Test Person",
  GIT_COMMITTER_EMAIL: "test.person@example.invalid",
};

/** Everything in a clone that could be lost: object id → where it is. Undefined if the clone does not exist. */
async function contentOf(clone: string): Promise<Map<string, string> | undefined> {
  if (!existsSync(join(clone, ".git", "HEAD"))) return undefined;
  const found = new Map<string, string>();
  const stashes = await lines(clone, ["stash", "list", "--format=%H"]);
  for (const line of await lines(clone, ["rev-list", "--objects", "--all", "HEAD", ...stashes]))
    found.set(line.slice(0, 40), line.slice(41) || "a commit");
  for (const line of await lines(clone, ["ls-files", "-s"]))
    found.set(line.split(" ")[1]!, `index: ${line.split("\t")[1]}`);
  const files = await lines(clone, ["ls-files", "--cached", "--others", "--exclude-standard"]);
  for (const [oid, file] of await hashed(clone, files)) found.set(oid, `file: ${file}`);
  return found;
}

/** Ids of all objects in the project's history and of its files. */
async function keptBy(root: string): Promise<Set<string>> {
  const kept = new Set((await lines(root, ["rev-list", "--objects", "--all"])).map((line) => line.slice(0, 40)));
  const files = await lines(root, ["ls-files", "--cached", "--others"]);
  for (const [oid] of await hashed(root, files)) kept.add(oid);
  return kept;
}

/** Id of the content → path, for the files that exist. One process for all: a project may have 20,000. */
async function hashed(root: string, files: readonly string[]): Promise<[oid: string, file: string][]> {
  const present = [...new Set(files)].filter((file) => existsSync(join(root, file)));
  const oids = await lines(root, ["hash-object", "--stdin-paths"], present.map((file) => `${file}\n`).join(""));
  return oids.map((oid, index) => [oid, present[index]!]);
}

async function lines(root: string, args: readonly string[], input = ""): Promise<string[]> {
  const options = { env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_OPTIONAL_LOCKS: "0" }, input };
  const { stdout } = await execa(
    "git",
    ["-c", "safe.directory=*", "-c", "core.quotePath=false", "-C", root, ...args],
    options,
  );
  return stdout.split("\n").filter((line) => line !== "");
}

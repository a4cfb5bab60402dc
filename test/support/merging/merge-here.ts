import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { MergeRequest, MergeView } from "../../../src/contract/merging/merge.ts";
import { mergeSessions } from "../../../src/merging/queue/merge.ts";
import type { MergeParts } from "../../../src/merging/queue/parts.ts";
import { openMergeState } from "../../../src/merging/queue/state-file.ts";
import type { Context } from "../../../src/system/context.ts";
import { localInside } from "../git/git-local-inside.ts";

/** A merge with real git and without containers: clones are folders, and the tests run on this machine. */
export interface MergeHere {
  ctx: Context;
  env: Record<string, string>;
  /** the project */
  root: string;
  /** folder of the sessions' clones, by name; the merge's own is `merge` */
  clones: string;
}

export const key = "test";

/** A clone that a session would have, on a branch of its own. */
export async function cloneHere({ env, root, clones }: MergeHere, name: string): Promise<string> {
  await mkdir(clones, { recursive: true });
  const folder = join(clones, name);
  await shell(
    clones,
    `[ -d '${folder}' ] || { git clone -q '${root}' '${folder}' && cd '${folder}' && git checkout -q -b '${name}'; }`,
    env,
  );
  return folder;
}

/** Runs a merge. @param changes what differs from the usual request */
export async function mergeHere(
  here: MergeHere,
  sessions: readonly string[],
  changes: Partial<MergeRequest> = {},
  parts: Partial<MergeParts> = {},
): Promise<MergeView> {
  const { ctx, env, root, clones } = here;
  const request: MergeRequest = {
    folder: root,
    sessions: [...sessions],
    into: "main",
    squash: false,
    ff: false,
    uncommitted: false,
    oneByOne: false,
    keepOrder: false,
    resolve: "none",
    ...changes,
  };
  const inside = (name: string) => localInside(join(clones, name), env);
  const state = await openMergeState(ctx, key, {
    id: "abc123",
    project: "app",
    into: request.into,
    state: "running",
    startedAt: new Date(0).toISOString(),
    testRuns: 0,
    items: sessions.map((session) => ({ session, host: "local", state: "waiting" })),
    notes: [],
    ...(request.test === undefined ? {} : { test: request.test }),
  });
  const identity = { name: "Ada", email: "ada@example.org" };
  const view = await mergeSessions(ctx, { key, state }, request, {
    source: { kind: "repository", root, gitDir: join(root, ".git") },
    identity,
    withClone: async (name, work) =>
      await work({
        name,
        inside: inside(name),
        identity,
        start: await shell(root, "git rev-list --max-parents=0 main", env),
      }),
    tests: {
      withClone: async (work) => {
        await cloneHere(here, "merge");
        return await work(inside("merge"));
      },
      run: async (test) => await runHere(join(clones, "merge"), test, env),
    },
    leaveOutput: () => Promise.resolve(undefined),
    ...parts,
  });
  await state.update({ state: "done" });
  return view;
}

async function runHere(
  cwd: string,
  test: string,
  env: Record<string, string>,
): Promise<{ code: number; output: string }> {
  return await new Promise((resolve) => {
    execFile("/bin/sh", ["-c", test], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}

async function shell(cwd: string, script: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)("/bin/sh", ["-ec", script], { cwd, env });
  return stdout.trim();
}

import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { describeHoldings } from "../../../src/clone/unsaved/describe.ts";
import { diffSession } from "../../../src/clone/exchange/diff.ts";
import { readHead } from "../../../src/clone/git/head.ts";
import { inspectHoldings } from "../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../src/clone/make/make.ts";
import { pullSession } from "../../../src/clone/exchange/pull.ts";
import { pushSession } from "../../../src/clone/exchange/push.ts";
import { savedBy } from "../../../src/clone/unsaved/saved.ts";
import type { CloneSpec } from "../../../src/clone/types.ts";
import { type ContainerWorkshop, containerWorkshop } from "../../support/git/git-container.ts";
import { hostileScripts, workableScripts } from "../../support/git/hostile-scripts.ts";

let workshop: ContainerWorkshop;
let count = 0;
let project: string;

beforeAll(async () => {
  workshop = await containerWorkshop("clone-hostile");
  project = await workshop.project();
  // Files outside the clone that a script would try to reach.
  await workshop.sh(
    workshop.root,
    `mkdir outside; cd outside; echo secret >secret; git init -q --bare .; git -C . config core.fsmonitor 'touch ${workshop.root}/canary'; echo 'ref: refs/heads/stolen' >HEAD; printf '[core]\n\tfsmonitor = touch ${workshop.root}/canary\n' >config2
     chmod -R a+rX ${workshop.root}/outside`,
  );
});
afterAll(() => workshop.end());

async function attack(spec: CloneSpec, container: string | undefined, script: string): Promise<void> {
  // `$C` may run in the container and leave its canary there, but the host must not have the canary.
  const setUp = `echo 1 >f; git add f; git commit -qm one; echo 2 >g
C='touch ${workshop.root}/canary'; O='${workshop.root}/outside'
${script}`;
  await workshop.runScript(spec, setUp, container);
}

/** The state of the host, which must not change. */
const outside = (): Promise<string> =>
  workshop.sh(
    workshop.root,
    `find outside home -type f -exec sha256sum {} + | sort; cd app; git status --porcelain; git config --list --local; cat .git/HEAD; ls -A . .git`,
  );

/** "done", or the code of the error that was thrown. */
async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (error instanceof CoworkError ? error.code : `INTERNAL: ${String(error)}`),
  );
}

interface Findings {
  branch: string;
  head: string | null;
  lines: string[];
  refs: string[];
  outcomes: string[];
}

/** Runs all functions that read a clone on one that this script has changed. */
async function runEverything(where: "container" | "helper", name: string): Promise<Findings> {
  const spec = await workshop.sessionSpec(project, `h${++count}`);
  await makeClone(workshop.context, spec);
  const { branch } = spec.start;
  const container = where === "container" ? await workshop.start(spec) : undefined;
  await attack(spec, container, hostileScripts[name] ?? "false");
  const inside = workshop.inside(spec, container);
  const head = readHead(spec.path);
  const saved = savedBy(workshop.context, spec.source);
  const holdings = await inspectHoldings(inside, saved, { start: spec.start.commit, timeoutMs: 20_000 });
  const identity = { name: "Grace", email: "grace@example.org" };
  const pull = { session: branch, startBranch: branch, identity, uncommitted: true, allBranches: true };
  const push = { session: branch, start: spec.start, ref: "main", integrate: "merge", identity } as const;
  const outcomes = [
    await outcome(diffSession(inside, { start: spec.start.commit })),
    await outcome(pullSession(workshop.context, inside, spec.source, pull)),
    await outcome(pushSession(workshop.context, inside, spec.source, push)),
  ];
  return {
    branch,
    head,
    lines: describeHoldings(holdings),
    refs: holdings.unsavedRefs.map(({ ref }) => ref),
    outcomes,
  };
}

// The same scripts run in a container and in a helper container, which is slow: one of each kind is enough there.
const inHelper = [
  "core.fsmonitor",
  "filter clean, smudge and process",
  "include.path",
  "commondir of the host",
  "alternates to the host",
  "links out of the clone",
  ".git as a link",
  "an endless HEAD and pipes",
];
describe.each([
  ["container", Object.keys(hostileScripts)],
  ["helper", inHelper],
] as const)("a hostile clone, inspected in a %s:", (where, names) => {
  it.each(names)("%s changes and runs nothing on the host", async (name) => {
    const before = await outside();
    const { branch, head, lines, refs, outcomes } = await runEverything(where, name);
    expect([branch, null]).toContain(head);
    expect(lines).not.toEqual([]);
    expect(outcomes.join()).not.toContain("INTERNAL");
    expect(await readdir(workshop.root)).not.toContain("canary");
    expect(await outside()).toBe(before);
    // Git rejects one as an attack: it is not pulled into the project, where a checkout would use it. Others it can work with.
    const isWorkable = workableScripts.includes(name);
    const worked = isWorkable ? ["done", "done", "done"] : outcomes;
    expect(outcomes).toEqual(name === "submodule urls and paths" ? ["done", "GIT_FAILED", "done"] : worked);
    const arrived = async (...args: string[]): Promise<string> =>
      isWorkable ? await workshop.git(project, ...args) : "";
    expect(isWorkable ? refs : [`refs/heads/${branch}`]).toContain(`refs/heads/${branch}`);
    expect(await arrived("log", "--format=%s", branch)).toContain(isWorkable ? "one" : "");
    expect(await arrived("show", `${branch}-wip:g`)).toBe(isWorkable ? "2" : "");
  });
});

describe("a project whose commits are hostile", () => {
  it("can be cloned, and nothing of it runs or leaves the clone", async () => {
    const evil = await workshop.project("evil");
    await workshop.sh(
      evil,
      String.raw`printf '* filter=evil diff=evil merge=evil\n' >.gitattributes; printf '[submodule "../../x"]\n\tpath = mod\n\turl = ext::sh -c "touch ${workshop.root}/canary"\n\tupdate = !touch ${workshop.root}/canary\n[submodule "y"]\n\tpath = link/y\n\turl = -x\n' >.gitmodules
      ln -s ${workshop.root}/outside link; ln -s .git dotgit; ln -s ../../../../outside/secret up; printf x >"$(printf 'esc\033[2Jape\n{{x}}')"; mkdir hooks; printf '#!/bin/sh\ntouch ${workshop.root}/canary\n' >hooks/post-checkout; chmod +x hooks/post-checkout
      git add -A; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),mod; git commit -qm evil`,
    );
    const before = await outside();
    const spec = await workshop.sessionSpec(evil, "evil");
    const { notes } = await makeClone(workshop.context, spec);
    expect(notes).toEqual([expect.stringContaining("submodule mod")]);
    expect(await outside()).toBe(before);
    expect(await readdir(workshop.root)).not.toContain("canary");
    expect(
      describeHoldings(await inspectHoldings(workshop.inside(spec), savedBy(workshop.context, spec.source))),
    ).toEqual([]);
  });
});

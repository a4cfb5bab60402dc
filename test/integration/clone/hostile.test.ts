import { execa } from "execa";
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
import { plants, workable } from "../../support/git/hostile-plants.ts";

let shop: ContainerWorkshop;
let count = 0;
let project: string;

beforeAll(async () => {
  shop = await containerWorkshop("clone-hostile");
  project = await shop.project();
  // What a plant would reach outside of the clone, if it did.
  await shop.sh(
    shop.root,
    `mkdir outside; cd outside; echo secret >secret; git init -q --bare .; git -C . config core.fsmonitor 'touch ${shop.root}/canary'; echo 'ref: refs/heads/stolen' >HEAD; printf '[core]\n\tfsmonitor = touch ${shop.root}/canary\n' >config2
     chmod -R a+rX ${shop.root}/outside`,
  );
});
afterAll(() => shop.end());

async function plant(spec: CloneSpec, script: string): Promise<void> {
  // `$C` also leaves its mark in the container, where it may run; the host must not have the mark at its place.
  const setUp = `git config --global user.name In; git config --global user.email in@example.org; echo 1 >f; git add f; git commit -qm one; echo 2 >g
C='touch ${shop.root}/canary'; O='${shop.root}/outside'
${script}`;
  const { exitCode, stderr } = await execa(
    "docker",
    [
      "run",
      "--rm",
      "-i",
      "--network=none",
      "--label",
      "cowork.test=clone-hostile",
      "-u",
      `${spec.uid}:${spec.gid}`,
      "-e",
      "HOME=/tmp",
      "--mount",
      `type=bind,source=${spec.path},target=/w`,
      "-w",
      "/w",
      shop.image,
      "sh",
      "-eu",
    ],
    { input: setUp, reject: false },
  );
  if (exitCode !== 0) throw new Error(`the plant itself failed: ${stderr}`);
}

/** Everything of the host that must stay as it is. */
const outside = (): Promise<string> =>
  shop.sh(
    shop.root,
    `find outside home -type f -exec sha256sum {} + | sort; cd app; git status --porcelain; git config --list --local; cat .git/HEAD; ls -A . .git`,
  );

/** It does its work, or refuses with a reason of its own: the error's code. */
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

/** Every function that has to do with a clone, one after the other, on a planted one. */
async function goThrough(where: "container" | "helper", name: string): Promise<Findings> {
  const spec = await shop.sessionSpec(project, `h${++count}`);
  await makeClone(shop.context, spec);
  await plant(spec, plants[name] ?? "false");
  const { branch } = spec.start;
  const container = where === "container" ? await shop.start(spec) : undefined;
  const inside = shop.inside(spec, container);
  const head = readHead(spec.path);
  const saved = savedBy(shop.context, spec.source);
  const holdings = await inspectHoldings(inside, saved, { start: spec.start.commit, timeoutMs: 20_000 });
  const identity = { name: "Grace", email: "grace@example.org" };
  const pull = { session: branch, startBranch: branch, identity, uncommitted: true, allBranches: true };
  const push = { session: branch, start: spec.start, ref: "main", integrate: "merge", identity } as const;
  const outcomes = [
    await outcome(diffSession(inside, { start: spec.start.commit })),
    await outcome(pullSession(shop.context, inside, spec.source, pull)),
    await outcome(pushSession(shop.context, inside, spec.source, push)),
  ];
  if (container !== undefined) await shop.docker("rm", "-f", container);
  return {
    branch,
    head,
    lines: describeHoldings(holdings),
    refs: holdings.unsavedRefs.map(({ ref }) => ref),
    outcomes,
  };
}

// The same scripts run through a container and through a helper, which is slow: one of each kind is enough there.
const throughHelper = [
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
  ["container", Object.keys(plants)],
  ["helper", throughHelper],
] as const)("a hostile clone, seen through a %s:", (where, names) => {
  it.each(names)("%s does nothing on the host", async (name) => {
    const before = await outside();
    const { branch, head, lines, outcomes } = await goThrough(where, name);
    expect([branch, null]).toContain(head);
    expect(lines).not.toEqual([]);
    expect(outcomes.join()).not.toContain("INTERNAL");
    expect(await readdir(shop.root)).not.toContain("canary");
    expect(await outside()).toBe(before);
  });
});

describe("a hostile clone that git can still work with:", () => {
  it.each(workable)("%s does not keep anything from working", async (name) => {
    const { branch, refs, outcomes } = await goThrough("container", name);
    expect(outcomes).toEqual(["done", "done", "done"]);
    expect(refs).toContain(`refs/heads/${branch}`);
    expect(await shop.git(project, "log", "--format=%s", branch)).toContain("one");
    expect(await shop.git(project, "show", `${branch}-wip:g`)).toBe("2");
  });
});

describe("a .gitmodules that git takes for an attack", () => {
  it("is not brought into the project, where it would be somebody's next checkout", async () => {
    const { outcomes } = await goThrough("container", "submodule urls and paths");
    expect(outcomes).toEqual(["done", "GIT_FAILED", "done"]);
  });
});

describe("a project whose commits are hostile", () => {
  it("becomes a clone without anything of it running or reaching out", async () => {
    const evil = await shop.project("evil");
    await shop.sh(
      evil,
      String.raw`printf '* filter=evil diff=evil merge=evil\n' >.gitattributes; printf '[submodule "../../x"]\n\tpath = mod\n\turl = ext::sh -c "touch ${shop.root}/canary"\n\tupdate = !touch ${shop.root}/canary\n[submodule "y"]\n\tpath = link/y\n\turl = -x\n' >.gitmodules
      ln -s ${shop.root}/outside link; ln -s .git dotgit; ln -s ../../../../outside/secret up; printf x >"$(printf 'esc\033[2Jape\n{{x}}')"; mkdir hooks; printf '#!/bin/sh\ntouch ${shop.root}/canary\n' >hooks/post-checkout; chmod +x hooks/post-checkout
      git add -A; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),mod; git commit -qm evil`,
    );
    const before = await outside();
    const spec = await shop.sessionSpec(evil, "evil");
    const { notes } = await makeClone(shop.context, spec);
    expect(notes).toEqual([expect.stringContaining("submodule mod")]);
    expect(await outside()).toBe(before);
    expect(await readdir(shop.root)).not.toContain("canary");
    expect(describeHoldings(await inspectHoldings(shop.inside(spec), savedBy(shop.context, spec.source)))).toEqual([]);
  });
});

import { execa } from "execa";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeHoldings } from "../../../src/clone/unsaved/describe.ts";
import { diffSession } from "../../../src/clone/exchange/diff.ts";
import { inspectHoldings } from "../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../src/clone/make/make.ts";
import { pullSession } from "../../../src/clone/exchange/pull.ts";
import { pushSession } from "../../../src/clone/exchange/push.ts";
import { savedBy } from "../../../src/clone/unsaved/saved.ts";
import { gitInside } from "../../../src/clone/git/inside.ts";
import type { CloneSpec, GitInside } from "../../../src/clone/types.ts";
import { ensureImageWithoutGit } from "../../support/engine/engine.ts";
import { type ContainerWorkshop, containerWorkshop } from "../../support/git/git-container.ts";

let shop: ContainerWorkshop;
let project: string;
let count = 0;

beforeAll(async () => {
  shop = await containerWorkshop("clone-inside");
  project = await shop.project();
});
afterAll(() => shop.end());

async function open(): Promise<CloneSpec> {
  const spec = await shop.sessionSpec(project, `s${++count}`);
  await makeClone(shop.context, spec);
  return spec;
}

/** Work as the session's user, in a container of its own. */
async function work(spec: CloneSpec, script: string): Promise<void> {
  const { exitCode, stderr } = await execa(
    "docker",
    [
      "run",
      "--rm",
      "-i",
      "--label",
      "cowork.test=clone-inside",
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
    {
      input: `git config --global user.name In; git config --global user.email in@example.org\n${script}`,
      reject: false,
    },
  );
  if (exitCode !== 0) throw new Error(stderr);
}

const lines = async (spec: CloneSpec, inside: GitInside): Promise<string[]> =>
  describeHoldings(await inspectHoldings(inside, savedBy(shop.context, spec.source), { start: spec.start.commit }));

describe("git inside", () => {
  it("works in the running container, in a helper when it is stopped or has no git, and leaves no helper behind", async () => {
    const withoutGit = await ensureImageWithoutGit();
    const spec = await open();
    await work(spec, "echo 1 >f; git add f; git commit -qm one; echo 2 >g");
    const expected = [`1 commit on ${spec.start.branch} not in the project`, "1 untracked file: g"];
    const running = await shop.start(spec);
    expect(await lines(spec, shop.inside(spec, running, []))).toEqual(expected);
    await shop.docker("stop", "-t", "1", running);
    expect(await lines(spec, shop.inside(spec, running))).toEqual(expected);
    const bare = await shop.start(spec, withoutGit);
    expect(await lines(spec, shop.inside(spec, bare))).toEqual(expected);
    expect(
      await lines(spec, shop.inside(spec, undefined, ["cowork-test-missing:none", withoutGit, shop.image])),
    ).toEqual(expected);
    await expect(lines(spec, shop.inside(spec, bare, [withoutGit]))).rejects.toMatchObject({
      code: "GIT_MISSING",
    });
    expect(await shop.docker("ps", "-aq", "--no-trunc", "--filter", "label=cowork.test=clone-inside")).toBe(
      `${bare}\n${running}`,
    );
  });

  it("runs as the session's user, without network, and cannot write but where it is to", async () => {
    const spec = await open();
    const helper = shop.inside(spec);
    const { stdout } = await helper.script(
      "id -u; id -g; cat /proc/net/dev | grep -c : ; touch x 2>/dev/null || echo read-only; git config user.name",
    );
    expect(stdout).toBe(`${spec.uid}\n${spec.gid}\n1\nread-only\n`);
    expect(await helper.script("touch x; rm x", { write: true })).toMatchObject({ code: 0 });
    const running = shop.inside(spec, await shop.start(spec));
    expect((await running.script("id -u; pwd; env | grep -c ^GIT_CONFIG_KEY_")).stdout).toMatch(
      new RegExp(`^${spec.uid}\n/workspaces/here\n\\d+\n$`),
    );
  });

  it("keeps to its limits of time and output, and passes bytes on unchanged", async () => {
    const spec = await open();
    const running = await shop.start(spec);
    for (const inside of [shop.inside(spec, running), shop.inside(spec)]) {
      await expect(inside.script("sleep 60", { timeoutMs: 1500 })).rejects.toMatchObject({ code: "TIMEOUT" });
      expect(await inside.script("head -c 5000 /dev/zero", { maxOutput: 1000 })).toMatchObject({ truncated: true });
      const all = 'i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %o $i)"; i=$((i+1)); done; cat';
      const file = join(shop.root, `bytes-${count}`);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
      expect(await inside.save(all, file, { input: bytes })).toMatchObject({ code: 0 });
      expect(await readFile(file)).toEqual(Buffer.concat([bytes, bytes]));
      expect((await lstat(file)).mode & 0o777).toBe(0o600);
      await shop.sh(shop.root, `rm bytes-${count}`);
      await expect(inside.save("head -c 200000 /dev/zero", file, { maxBytes: 100_000 })).rejects.toMatchObject({
        code: "OUTPUT_TOO_LARGE",
      });
      await expect(lstat(file)).rejects.toMatchObject({ code: "ENOENT" });
      expect(await inside.save("echo no >&2; exit 3", file)).toEqual({ code: 3, stderr: "no\n" });
      await shop.sh(shop.root, `rm bytes-${count}`);
    }
    expect(await shop.sh(shop.context.paths.stateRoot, "ls .tmp")).toBe("");
  });

  it("counts files of another owner that it may not read as unsaved", async () => {
    const spec = await open();
    const running = await shop.start(spec);
    await shop.docker("exec", running, "sh", "-c", "mkdir secret; echo x >secret/x; chmod 700 secret");
    expect((await lines(spec, shop.inside(spec, running))).join()).toMatch(/not readable: .*secret/);
  });

  it("goes the whole way: clone, work, holdings, diff, pull, push, in a container and in a helper", async () => {
    for (const where of ["container", "helper"]) {
      const spec = await open();
      const { branch } = spec.start;
      const inside = shop.inside(spec, where === "container" ? await shop.start(spec) : undefined);
      expect(await lines(spec, inside)).toEqual([]);
      await work(spec, "git status --porcelain; echo 1 >f; git add f; git commit -qm one; echo 2 >g; echo x >>readme");
      expect((await diffSession(inside, { start: spec.start.commit, stat: true })).text).toContain("3 files changed");
      const identity = { name: "Grace", email: "grace@example.org" };
      const pulled = await pullSession(shop.context, inside, spec.source, {
        session: branch,
        startBranch: branch,
        uncommitted: true,
        identity,
      });
      expect(pulled.refs.map(({ ref }) => ref)).toEqual([`refs/heads/${branch}`, `refs/heads/${branch}-wip`]);
      expect(await shop.git(project, "show", `${branch}-wip:g`)).toBe("2");
      expect(await lines(spec, inside)).toEqual([]);
      await work(spec, "git checkout -q readme; rm g");
      await shop.sh(project, `echo ${branch} >${branch}; git add -A; git commit -qm ${branch}`);
      const pushed = await pushSession(shop.context, inside, spec.source, {
        session: branch,
        start: spec.start,
        integrate: "merge",
        identity,
      });
      expect(pushed).toMatchObject({ ref: "refs/remotes/project/main", state: "updated" });
      expect(await shop.sh(spec.path, `cat ${branch}; stat -c %u ${branch} .git/HEAD .git/index`)).toBe(
        `${branch}\n${spec.uid}\n${spec.uid}\n${spec.uid}`,
      );
      expect(await lines(spec, inside)).toEqual([`1 commit on ${branch} not in the project`]);
    }
  });

  it("does not disturb an agent that commits all the time", async () => {
    const spec = await open();
    const running = await shop.start(spec);
    const inside = shop.inside(spec, running);
    const state = { isBusy: true };
    const agent = work(spec, "for i in $(seq 60); do echo $i >f; git add -A; git commit -qm $i; done").finally(() => {
      state.isBusy = false;
    });
    let looks = 0;
    for (; state.isBusy; looks++) await lines(spec, inside);
    await agent;
    expect(looks).toBeGreaterThan(1);
    expect(await lines(spec, inside)).toEqual([`60 commits on ${spec.start.branch} not in the project`]);
  });

  it("uses the container only when it really has the clone", async () => {
    const [one, other] = [await open(), await open()];
    await work(one, "echo mine >mine");
    const wrong = await shop.start(other);
    const inside = gitInside(shop.context, {
      clone: one.path,
      uid: one.uid,
      gid: one.gid,
      containerId: wrong,
      images: [shop.image],
      labels: { "cowork.test": "clone-inside" },
    });
    expect(await lines(one, inside)).toEqual(["1 untracked file: mine"]);
  });
});

import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeHoldings } from "../../../src/clone/unsaved/describe.ts";
import { diffSession } from "../../../src/clone/exchange/diff.ts";
import { inspectHoldings } from "../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../src/clone/make/make.ts";
import { pullSession } from "../../../src/clone/exchange/pull.ts";
import { copyCommitsScript } from "../../../src/clone/exchange/push-script.ts";
import { pushSession } from "../../../src/clone/exchange/push.ts";
import { savedBy } from "../../../src/clone/unsaved/saved.ts";
import { gitInside } from "../../../src/clone/git/inside.ts";
import type { CloneSpec, GitInside } from "../../../src/clone/types.ts";
import { asRoot } from "../../support/home/as-root.ts";
import { ensureImageWithoutGit } from "../../support/engine/engine.ts";
import { type ContainerWorkshop, containerWorkshop } from "../../support/git/git-container.ts";

let workshop: ContainerWorkshop;
let project: string;
let count = 0;

beforeAll(async () => {
  workshop = await containerWorkshop("clone-inside");
  project = await workshop.project();
});
afterAll(() => workshop.end());

async function open(): Promise<CloneSpec> {
  const spec = await workshop.sessionSpec(project, `s${++count}`);
  await makeClone(workshop.context, spec);
  return spec;
}

const work = (spec: CloneSpec, script: string): Promise<void> => workshop.runScript(spec, script);

const lines = async (spec: CloneSpec, inside: GitInside): Promise<string[]> =>
  describeHoldings(await inspectHoldings(inside, savedBy(workshop.context, spec.source), { start: spec.start.commit }));

describe("git inside", () => {
  it("runs in the running container, in a helper if that is stopped or has no git, and leaves no helper behind", async () => {
    const withoutGit = await ensureImageWithoutGit();
    const spec = await open();
    await work(spec, "echo 1 >f; git add f; git commit -qm one; echo 2 >g");
    const expected = [`1 commit on ${spec.start.branch} not in the project`, "1 untracked file: g"];
    const running = await workshop.start(spec);
    expect(await lines(spec, workshop.inside(spec, running, []))).toEqual(expected);
    await workshop.docker("stop", "-t", "1", running);
    expect(await lines(spec, workshop.inside(spec, running))).toEqual(expected);
    const bare = await workshop.start(spec, withoutGit);
    expect(await lines(spec, workshop.inside(spec, bare))).toEqual(expected);
    expect(
      await lines(spec, workshop.inside(spec, undefined, ["cowork-test-missing:none", withoutGit, workshop.image])),
    ).toEqual(expected);
    await expect(lines(spec, workshop.inside(spec, bare, [withoutGit]))).rejects.toMatchObject({
      code: "GIT_MISSING",
    });
    expect(await workshop.docker("ps", "-aq", "--no-trunc", "--filter", "label=cowork.test=clone-inside")).toBe(
      `${bare}\n${running}`,
    );
  });

  it("runs as the session's user without network, and writes only when allowed to", async () => {
    const spec = await open();
    const helper = workshop.inside(spec);
    const { stdout } = await helper.script(
      "id -u; id -g; cat /proc/net/dev | grep -c : ; touch x 2>/dev/null || echo read-only; git config user.name",
    );
    expect(stdout).toBe(`${spec.uid}\n${spec.gid}\n1\nread-only\n`);
    expect(await helper.script("touch x; rm x", { write: true })).toMatchObject({ code: 0 });
    const running = workshop.inside(spec, await workshop.start(spec));
    expect((await running.script("id -u; pwd; env | grep -c ^GIT_CONFIG_KEY_")).stdout).toMatch(
      new RegExp(`^${spec.uid}\n/workspaces/here\n\\d+\n$`),
    );
  });

  it("enforces its limits of time and output, and passes bytes through unchanged", async () => {
    const spec = await open();
    const running = await workshop.start(spec);
    for (const inside of [workshop.inside(spec, running), workshop.inside(spec)]) {
      await expect(inside.script("sleep 60", { timeoutMs: 1500 })).rejects.toMatchObject({ code: "TIMEOUT" });
      expect(await inside.script("head -c 5000 /dev/zero", { maxOutput: 1000 })).toMatchObject({ truncated: true });
      const all = 'i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %o $i)"; i=$((i+1)); done; cat';
      const file = join(workshop.root, `bytes-${count}`);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
      expect(await inside.save(all, file, { input: bytes })).toMatchObject({ code: 0 });
      expect(await readFile(file)).toEqual(Buffer.concat([bytes, bytes]));
      expect((await lstat(file)).mode & 0o777).toBe(0o600);
      await workshop.sh(workshop.root, `rm bytes-${count}`);
      await expect(inside.save("head -c 200000 /dev/zero", file, { maxBytes: 100_000 })).rejects.toMatchObject({
        code: "OUTPUT_TOO_LARGE",
      });
      await expect(lstat(file)).rejects.toMatchObject({ code: "ENOENT" });
      expect(await inside.save("echo no >&2; exit 3", file)).toEqual({ code: 3, stderr: "no\n" });
      await workshop.sh(workshop.root, `rm bytes-${count}`);
    }
    expect(await workshop.sh(workshop.context.paths.stateRoot, "ls .tmp")).toBe("");
  });

  it("counts unreadable files of another owner as unsaved", async () => {
    const spec = await open();
    const running = await workshop.start(spec);
    await workshop.docker("exec", running, "sh", "-c", "mkdir secret; echo x >secret/x; chmod 700 secret");
    expect((await lines(spec, workshop.inside(spec, running))).join()).toMatch(/not readable: .*secret/);
  });

  it("pull fails where refs or settings cannot be read, instead of taking them for absent", async () => {
    const spec = await open();
    const { branch } = spec.start;
    const identity = { name: "Grace", email: "grace@example.org" };
    await work(spec, "git pack-refs --all; echo 1 >f; git add f; git commit -qm one");
    const inside = workshop.inside(spec, await workshop.start(spec));
    const pull = async (): Promise<unknown> =>
      await pullSession(workshop.context, inside, spec.source, { session: branch, startBranch: branch, identity });
    for (const path of ["refs/heads", `refs/heads/${branch}`, "packed-refs", "HEAD", "config", "."]) {
      await asRoot("chmod", ["000", join(spec.path, ".git", path)]);
      await expect(pull(), path).rejects.toMatchObject({
        code: "GIT_FAILED",
        message: expect.stringContaining("Could not list the session's branches: ") as string,
      });
      await asRoot("chmod", ["755", join(spec.path, ".git", path)]);
    }
    expect(await pull()).toMatchObject({ refs: [{ ref: `refs/heads/${branch}` }] });
  });

  it("supports clone, holdings, diff, pull and push, in a container and in a helper", async () => {
    for (const where of ["container", "helper"]) {
      const spec = await open();
      const { branch } = spec.start;
      const inside = workshop.inside(spec, where === "container" ? await workshop.start(spec) : undefined);
      expect(await lines(spec, inside)).toEqual([]);
      await work(spec, "git status --porcelain; echo 1 >f; git add f; git commit -qm one; echo 2 >g; echo x >>readme");
      expect((await diffSession(inside, { start: spec.start.commit, stat: true })).text).toContain("3 files changed");
      const identity = { name: "Grace", email: "grace@example.org" };
      const pulled = await pullSession(workshop.context, inside, spec.source, {
        session: branch,
        startBranch: branch,
        uncommitted: true,
        identity,
      });
      expect(pulled.refs.map(({ ref }) => ref)).toEqual([`refs/heads/${branch}`, `refs/heads/${branch}-wip`]);
      expect(await workshop.git(project, "show", `${branch}-wip:g`)).toBe("2");
      expect(await lines(spec, inside)).toEqual([]);
      await work(spec, "git checkout -q readme; rm g");
      await workshop.sh(project, `echo ${branch} >${branch}; git add -A; git commit -qm ${branch}`);
      const pushed = await pushSession(workshop.context, inside, spec.source, {
        session: branch,
        start: spec.start,
        integrate: "merge",
        identity,
      });
      expect(pushed).toMatchObject({ ref: "refs/remotes/project/main", state: "updated" });
      expect(await workshop.sh(spec.path, `cat ${branch}; stat -c %u ${branch} .git/HEAD .git/index`)).toBe(
        `${branch}\n${spec.uid}\n${spec.uid}\n${spec.uid}`,
      );
      expect(await lines(spec, inside)).toEqual([`1 commit on ${branch} not in the project`]);
    }
  });

  it("does not disturb an agent that keeps committing", async () => {
    const spec = await open();
    const running = await workshop.start(spec);
    const inside = workshop.inside(spec, running);
    const state = { isBusy: true };
    const agent = work(spec, "for i in $(seq 60); do echo $i >f; git add -A; git commit -qm $i; done").finally(() => {
      state.isBusy = false;
    });
    let inspections = 0;
    for (; state.isBusy; inspections++) await lines(spec, inside);
    await agent;
    expect(inspections).toBeGreaterThan(1);
    expect(await lines(spec, inside)).toEqual([`60 commits on ${spec.start.branch} not in the project`]);
  });

  it("uses a helper when the container has another clone mounted", async () => {
    const [one, other] = [await open(), await open()];
    await work(one, "echo mine >mine");
    const wrong = await workshop.start(other);
    const inside = gitInside(workshop.context, {
      clone: one.path,
      uid: one.uid,
      gid: one.gid,
      containerId: wrong,
      images: [workshop.image],
      labels: { "cowork.test": "clone-inside" },
    });
    expect(await lines(one, inside)).toEqual(["1 untracked file: mine"]);
  });

  it.each(["container", "helper"])("writes as root in a %s if the session works as root", async (where) => {
    const spec = await open();
    const running = await workshop.start(spec);
    const script =
      "git config --global safe.directory '*'; echo 1 >f; git add f; git -c user.name=R -c user.email=r@example.org commit -qm root";
    await workshop.docker("exec", "-u", "0", running, "sh", "-c", script);
    if (where === "helper") await workshop.docker("rm", "-f", running);
    const inside = gitInside(workshop.context, {
      clone: spec.path,
      uid: spec.uid,
      gid: spec.gid,
      worksAsRoot: true,
      ...(where === "container" ? { containerId: running } : {}),
      images: [workshop.image],
      labels: { "cowork.test": "clone-inside" },
    });
    const head = (await inside.script("git rev-parse HEAD")).stdout.trim();
    const make = copyCommitsScript("refs/remotes/project/new", head);
    expect(await inside.script(make, { write: true, input: new Uint8Array() })).toMatchObject({ code: 0 });
    // What root writes is readable for the scripts that only read.
    const closed = "id -u; git rev-parse project/new; find .git ! -readable -o -type d ! -executable";
    expect((await inside.script(closed)).stdout).toBe(`${spec.uid}\n${head}\n`);
  });
});

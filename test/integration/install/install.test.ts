import { copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { buildOnce } from "../../support/home/built-file.ts";
import { temporaryHome } from "../../support/home/home.ts";
import type { TestHome } from "../../support/home/home.ts";
import { nodeMirror, oldNode, pathWithout } from "../../support/install.ts";
import { runAs } from "../../support/home/run-cowork.ts";
import type { CoworkResult } from "../../support/home/run-cowork.ts";
import { tree } from "../../support/git/tree.ts";

const script = join(tree, "install.sh");
let home: TestHome;
let prefix: string;

beforeAll(buildOnce);
beforeEach(async () => {
  home = await temporaryHome();
  prefix = join(home.folder, "prefix");
});
afterEach(() => home.remove());

const install = (args: string[], env: Record<string, string | undefined> = {}): Promise<CoworkResult> =>
  runAs([script, ...args], { home, cwd: home.home, env: { CI: undefined, ...env } });

/** Simulates a machine with only an outdated Node and without the programs `missing`. Returns its environment. */
async function withoutNode(...missing: string[]): Promise<{ PATH: string }> {
  await rm(join(home.coworkHome, "lib"), { recursive: true });
  const folder = await pathWithout(join(home.folder, "programs"), ["node", ...missing]);
  await oldNode(folder);
  return { PATH: folder };
}

describe("the command line", () => {
  it.each([
    [["--bogus"], "unknown option: --bogus"],
    [["--demo", "--test"], "--demo and --test cannot be combined"],
    [["--prefix"], "--prefix needs a folder"],
    [["--engine-only", "--no-docker"], "cannot be combined"],
    [["here"], "unknown option: here"],
  ])("%j is a usage error", async (args, message) => {
    const { code, stdout, stderr } = await install(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain("--help");
  });

  it("--help lists every option", async () => {
    const { code, stdout } = await install(["--help", "--demo"]);
    expect(code).toBe(0);
    for (const option of ["--demo", "--test", "--prefix", "--no-docker", "--uninstall", "--yes"])
      expect(stdout).toContain(option);
  });
});

describe("confirmation", () => {
  it("without a terminal and --yes it prints the plan and changes nothing", async () => {
    const { code, stdout, stderr } = await install(["--prefix", prefix, "--no-docker"]);
    expect(code).toBe(2);
    expect(stdout).toContain(`install cowork as ${prefix}/bin/cowork`);
    expect(stdout).toContain(`install completion for bash as ${prefix}/share/bash-completion/completions/cowork`);
    expect(stderr).toContain("--yes");
    await expect(stat(prefix)).rejects.toThrow("ENOENT");
  });

  it("on a terminal it asks, and changes nothing after a no", async () => {
    const argv = ["script", "-qec", `${script} --prefix ${prefix} --no-docker`, "/dev/null"];
    const { code, stdout } = await runAs(argv, { home, cwd: home.home, input: "n\n", env: { CI: undefined } });
    expect(code).toBe(1);
    expect(stdout).toContain("Continue?");
    expect(stdout).toContain("nothing was changed");
    await expect(stat(prefix)).rejects.toThrow("ENOENT");
  });

  it("on a terminal it offers the login at the end", async () => {
    const argv = ["script", "-qec", `${script} --prefix ${prefix}`, "/dev/null"];
    const { code, stdout } = await runAs(argv, { home, cwd: home.home, input: "y\nn\n", env: { CI: undefined } });
    expect(code).toBe(0);
    expect(stdout).toContain("Log the agent in now");
    expect(stdout).toContain(`${prefix}/bin/cowork auth login`);
  });

  it("CI=true counts as --yes", async () => {
    expect((await install(["--prefix", prefix, "--no-docker"], { CI: "true" })).code).toBe(0);
  });
});

describe("install and --uninstall", () => {
  it("install the same files under the prefix each time, and remove all of them except the sessions", async () => {
    const session = join(home.coworkHome, "sessions", "app-a");
    await mkdir(session, { recursive: true });
    await mkdir(join(prefix, "share"), { recursive: true });
    await writeFile(join(prefix, "share", "theirs"), "");
    const first = await install(["--prefix", prefix, "--no-docker", "--yes"]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain("is not on your PATH");
    // Without a login and without a terminal to ask on, the login is named as the next step.
    expect(first.stdout).toContain(`${prefix}/bin/cowork auth login\n`);
    const version = await runAs([join(prefix, "bin", "cowork"), "--version"], { home, cwd: home.home });
    expect(version).toMatchObject({ code: 0, stderr: "" });
    const files = await filesOf(prefix);
    expect(files).toContain("share/bash-completion/completions/cowork");
    expect(await install(["--prefix", prefix, "--no-docker", "--yes"])).toMatchObject({ code: 0 });
    expect(await filesOf(prefix)).toEqual(files);

    const bashrc = join(home.home, ".bashrc");
    await writeFile(bashrc, "alias ll='ls -l'");
    expect(await runAs([join(prefix, "bin", "cowork"), "setup", "--yes"], { home, cwd: home.home })).toMatchObject({
      code: 0,
    });
    const refused = await install(["--uninstall", "--prefix", prefix]);
    expect([refused.code, await readFile(bashrc, "utf8")]).toEqual([2, expect.stringContaining("cowork setup: alias")]);
    expect(await filesOf(prefix)).toEqual(files);
    const gone = await install(["--uninstall", "--prefix", prefix, "--yes"]);
    expect(gone).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(bashrc, "utf8")).toBe("alias ll='ls -l'");
    expect(gone.stdout).toContain("1 session(s) are kept");
    expect(await readdir(prefix, { recursive: true })).toEqual(["share", "share/theirs"]);
    expect((await stat(session)).isDirectory()).toBe(true);
    // It was not installed by this installation, so it is kept.
    expect((await stat(join(home.coworkHome, "lib/node/bin/node"))).isFile()).toBe(true);
    expect(await install(["--uninstall", "--prefix", prefix, "--yes"])).toMatchObject({ code: 0 });
  });

  it("remove only files of the manifest that install.sh can have written", async () => {
    const theirs = join(home.home, "theirs");
    await writeFile(theirs, "");
    await install(["--prefix", prefix, "--no-docker", "--yes"]);
    const manifest = join(prefix, "lib/cowork/manifest");
    const lines = await readFile(manifest, "utf8");
    await writeFile(manifest, `${theirs}\n${prefix}/share/../../home/theirs/cowork\n${home.home}/\n${lines}`);
    const { code, stderr } = await install(["--uninstall", "--prefix", prefix, "--yes"]);
    expect(code).toBe(0);
    expect(stderr).toContain(`not removed: ${theirs}`);
    expect((await stat(theirs)).isFile()).toBe(true);
  });

  it("report a prefix that cannot be written", async () => {
    await writeFile(prefix, "a file");
    const { code, stderr } = await install(["--prefix", prefix, "--no-docker", "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain("cannot write to");
  });
});

describe("Node", () => {
  it("is installed with npm if npm exists, and removed by --uninstall", async () => {
    const env = await withoutNode();
    const planned = await install(["--prefix", prefix, "--no-docker"], env);
    expect(planned.stdout).toContain("install Node 24");
    expect(await install(["--prefix", prefix, "--no-docker", "--yes"], env)).toMatchObject({ code: 0 });
    const node = join(prefix, "lib/cowork/node/bin/node");
    expect((await runAs([node, "--version"], { home, cwd: home.home })).stdout).toMatch(/^v24\./);
    expect((await runAs([join(prefix, "bin/cowork"), "--version"], { home, cwd: home.home, env })).code).toBe(0);
    // It belongs to the installation, so it is found with another home and through a link to the file.
    const elsewhere = { ...env, COWORK_HOME: join(home.folder, "another home") };
    const link = join(home.folder, "linked");
    await symlink(join(prefix, "bin/cowork"), link);
    for (const file of [join(prefix, "bin/cowork"), link])
      expect((await runAs([file, "--version"], { home, cwd: home.home, env: elsewhere })).stderr).toBe("");
    expect((await install(["--prefix", prefix, "--no-docker"], env)).stdout).not.toContain("install Node");
    await install(["--uninstall", "--prefix", prefix, "--yes"], env);
    await expect(stat(prefix)).rejects.toThrow("ENOENT");
  });

  it("is copied from cowork's home, where earlier versions installed it", async () => {
    const { PATH } = await withoutNode();
    const node = join(home.coworkHome, "lib/node/bin");
    await mkdir(node, { recursive: true });
    await copyFile(process.execPath, join(node, "node"));
    const done = await install(["--prefix", prefix, "--no-docker", "--yes"], { PATH });
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain(`copy Node from ${join(home.coworkHome, "lib/node")}`);
    const env = { PATH, COWORK_HOME: join(home.folder, "another") };
    expect((await runAs([join(prefix, "bin/cowork"), "--version"], { home, cwd: home.home, env })).code).toBe(0);
  });

  it("is downloaded from nodejs.org if npm is missing, and its checksum is verified", async () => {
    const env = await withoutNode("npm");
    const mirror = await nodeMirror(join(home.folder, "mirror"));
    try {
      const all = { ...env, COWORK_NODE_MIRROR: mirror.url };
      expect(await install(["--prefix", prefix, "--no-docker", "--yes"], all)).toMatchObject({ code: 0 });
      const node = join(prefix, "lib/cowork/node");
      expect(await readdir(join(node, "bin"))).toEqual(["node", "npm"]);

      await rm(node, { recursive: true });
      await mirror.forge();
      const forged = await install(["--prefix", prefix, "--no-docker", "--yes"], all);
      expect(forged.code).toBe(1);
      expect(forged.stderr).toContain("checksum");
      await expect(stat(node)).rejects.toThrow("ENOENT");
    } finally {
      await mirror.close();
    }
  });
});

describe("the engine", () => {
  it("is not changed when it responds", async () => {
    expect(await install(["--engine-only"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("is reported, not replaced, when DOCKER_HOST is set and does not respond", async () => {
    const { code, stderr } = await install(["--engine-only", "--yes"], { DOCKER_HOST: "unix:///nowhere/docker.sock" });
    expect(code).toBe(4);
    expect(stderr).toContain("unix:///nowhere/docker.sock");
  });
});

async function filesOf(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).toSorted();
}

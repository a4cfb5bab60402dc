import { execFile, spawn } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtFile } from "../support/home/built-file.ts";
import { temporaryFolder } from "../support/home/temporary-folder.ts";
import { tree } from "../support/git/tree.ts";

// The built file alone: copied to another folder, with an empty environment and without an engine.

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

interface Machine {
  folder: string;
  file: string;
  env: Record<string, string>;
  run: (args: string[], options?: { file?: string; env?: Record<string, string>; cwd?: string }) => Promise<Result>;
}

/** A folder with a space in its name that contains the file, and a PATH with only sh and `node` ("none": only sh). */
async function machine(node: "new" | "old" | "none" = "new"): Promise<Machine> {
  const folder = join(await temporaryFolder(), "some folder");
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  const file = join(folder, "cowork");
  await copyFile(builtFile, file);
  await symlink("/bin/sh", join(bin, "sh"));
  if (node === "new") await symlink(process.execPath, join(bin, "node"));
  if (node === "old") await script(join(bin, "node"), "echo v20.20.2");
  const env = { PATH: bin, HOME: join(folder, "home") };
  const run: Machine["run"] = async (args, options = {}) =>
    await new Promise((done) => {
      const all = { ...env, ...options.env };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
      execFile(options.file ?? file, args, { env: given, cwd: options.cwd ?? folder }, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  return { folder, file, env, run };
}

async function script(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
}

const { version } = JSON.parse(await readFile(join(tree, "package.json"), "utf8")) as { version: string };
const versionOutput = { code: 0, stdout: `cowork ${version}\n`, stderr: "" };

describe("the built file", () => {
  test("runs from any folder with only sh and node on the PATH, and leaves no files behind", async () => {
    const { run, folder } = await machine();
    expect(await run(["--version"])).toEqual(versionOutput);
    expect((await run([])).stdout).toContain("cowork init a b c");
    expect((await readdir(folder)).toSorted()).toEqual(["bin", "cowork"]);
  });

  test("runs through a symlink, from the PATH, by a relative path, and with sh", async () => {
    const { run, folder, file } = await machine();
    await symlink(file, join(folder, "a link"));
    expect(await run(["--version"], { file: join(folder, "a link") })).toEqual(versionOutput);
    await symlink(file, join(folder, "bin", "cowork"));
    expect(await run(["-c", "cowork --version"], { file: "/bin/sh" })).toEqual(versionOutput);
    expect(await run(["-c", "./cowork --version"], { file: "/bin/sh" })).toEqual(versionOutput);
    expect(await run(["cowork", "--version"], { file: "/bin/sh" })).toEqual(versionOutput);
  });

  test('runs in a folder whose package.json has "type": "module"', async () => {
    const { run, folder } = await machine();
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    expect(await run(["--version"])).toEqual(versionOutput);
    expect(await run(["--version"], { env: { NODE_OPTIONS: "--input-type=module" } })).toEqual(versionOutput);
  });

  test("gets its arguments unchanged", async () => {
    const { run } = await machine();
    expect((await run(["help", "a b\n$(x) '\"*"])).stderr).toContain(`Unknown command "a b\\n$(x) '"*".`);
    expect((await run(["--", "--version"])).code).toBe(2);
  });
});

describe("the unpacked program", () => {
  const programs = async (home: string): Promise<string[]> => await readdir(join(home, "lib", "cowork"));

  test("is unpacked once, completely, by the first command, and used from then on", async () => {
    const { run, folder, file } = await machine();
    const home = join(folder, "cowork home");
    const env = { COWORK_HOME: home };
    await mkdir(home);
    await Promise.all(Array.from({ length: 6 }, () => run(["help"], { env })));
    const [hash, ...rest] = await programs(home);
    expect([hash, rest]).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/), []]);
    expect(await run(["--version"], { env })).toEqual(versionOutput);
    const again = await Promise.all(Array.from({ length: 12 }, () => run(["help", "init"], { env })));
    expect(new Set(again.map(({ code, stderr }) => `${code} ${stderr}`))).toEqual(new Set(["0 "]));
    expect(again.at(0)?.stdout).toContain("cowork init a b c");
    expect(await readdir(join(home, "lib", "cowork", hash!))).toContain("compiled");
    expect(await run(["__complete", "bash", "conn"], { env })).toMatchObject({ stdout: "connect\n" });
    await writeFile(join(home, "lib", "cowork", hash!, "main.cjs"), "console.log(process.argv.slice(2).join())");
    expect((await run(["a", "b"], { env })).stdout).toBe(`${file},a,b\n`);
  });

  test("is compiled again if what was compiled is damaged", async () => {
    const { run, folder } = await machine();
    const home = join(folder, "home", ".cowork");
    await mkdir(home, { recursive: true });
    const help = await run(["help"]);
    const [hash = ""] = await programs(home);
    const compiled = join(home, "lib", "cowork", hash, "compiled", process.version, "other", "program.cjs");
    const whole = await readFile(compiled);
    const damaged = [whole.subarray(0, whole.length / 2), whole.subarray(0, -1000), Buffer.alloc(0)];
    for (let at = 100; at < whole.length; at += Math.ceil(whole.length / 20)) {
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ 0x55;
      damaged.push(changed);
    }
    for (const bytes of damaged) {
      await writeFile(compiled, bytes);
      expect(await run(["help"])).toEqual(help);
      expect(bytes.equals(await readFile(compiled))).toBe(false);
    }
  });

  test("of another version is neither used nor removed", async () => {
    const { run, folder } = await machine();
    const home = join(folder, "home", ".cowork");
    await mkdir(join(home, "lib", "cowork", "0123456789ab"), { recursive: true });
    await writeFile(join(home, "lib", "cowork", "0123456789ab", "main.cjs"), "console.log('another')");
    expect(await run(["--version"])).toEqual(versionOutput);
    await run(["help"]);
    expect(await programs(home)).toHaveLength(2);
  });

  test("is unpacked for one command and removed afterwards when no cowork home exists", async () => {
    const { run, folder } = await machine();
    const temporary = join(folder, "temporary");
    await mkdir(temporary);
    for (const words of [["--version"], ["help"], ["lst"]]) await run(words, { env: { TMPDIR: temporary } });
    expect(await readdir(temporary)).toEqual([]);
    expect(await readdir(folder)).not.toContain("home");
  });
});

describe("the choice of Node", () => {
  test("prefers cowork's own Node to the one on the PATH", async () => {
    const { run, folder } = await machine("old");
    const own = join(folder, "home", ".cowork", "lib", "node", "bin", "node");
    await mkdir(dirname(own), { recursive: true });
    await symlink(process.execPath, own);
    expect(await run(["--version"])).toEqual(versionOutput);
    const elsewhere = join(folder, "else where");
    const ownNode = join(elsewhere, "lib", "node", "bin", "node");
    await script(ownNode, 'echo "own node: $*" >&2; exit 7');
    const { code, stderr } = await run(["list"], { env: { COWORK_HOME: elsewhere } });
    expect([code, stderr]).toEqual([
      7,
      expect.stringMatching(/^own node: --input-type=commonjs -e .* -- .*cowork list\n$/),
    ]);
  });

  test("prefers an installation's Node to the home's, but only if cowork is in a bin folder", async () => {
    const { run, folder, file } = await machine("old");
    const prefix = join(folder, "pre fix");
    const installed = join(prefix, "bin", "cowork");
    const link = join(folder, "a link");
    await script(join(prefix, "lib/cowork/node/bin/node"), "echo installed");
    await script(join(folder, "home/.cowork/lib/node/bin/node"), "echo home");
    // A folder above may be writable for others, so a Node there must not be used.
    await script(join(dirname(folder), "lib/cowork/node/bin/node"), "echo planted");
    await mkdir(join(prefix, "bin"));
    await copyFile(file, installed);
    await symlink(installed, link);
    expect((await run(["list"], { file: installed })).stdout).toBe("installed\n");
    expect((await run(["list"])).stdout).toBe("home\n");
    const withReadlink = { PATH: `${join(folder, "bin")}:/usr/bin:/bin` };
    expect((await run(["list"], { file: link, env: withReadlink })).stdout).toBe("installed\n");
    const beside = { file: "./cowork", cwd: join(prefix, "bin"), env: withReadlink };
    expect((await run(["list"], beside)).stdout).toBe("installed\n");
    // Without readlink the link cannot be resolved, so only the home's Node is found.
    expect((await run(["list"], { file: link })).stdout).toBe("home\n");
  });

  test("reports the path and version of a Node that is too old, and the next step", async () => {
    const { run, folder } = await machine("old");
    const { code, stdout, stderr } = await run(["list"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `cowork: needs Node.js 22.18 or newer, but ${join(folder, "bin", "node")} is v20.20.2.\n` +
        "  Next: install it from https://nodejs.org, or run cowork's install.sh, which installs Node for cowork.\n",
    );
  });

  test("reports a missing Node", async () => {
    const { run } = await machine("none");
    const { code, stderr } = await run(["list"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cowork: needs Node\.js 22\.18 or newer, but node is not on the PATH\.\n {2}Next: /);
  });

  test.each([
    ["v22.17.9", false],
    ["v22.18.0", true],
    ["v22.20.0-nightly", true],
    ["v23.0.0", true],
    ["v100.1.2", true],
    ["v9.99.0", false],
    ["v0.12.18", false],
    ["nonsense", false],
    ["", false],
    ["v24", false],
    ["v1e3.5.0", false],
  ])("version %s is accepted: %s", async (answer, enough) => {
    const { run, folder } = await machine("none");
    await script(join(folder, "bin", "node"), `case $1 in --version) echo '${answer}' ;; *) echo started ;; esac`);
    const { code, stdout } = await run(["list"]);
    expect([code, stdout]).toEqual(enough ? [0, "started\n"] : [1, ""]);
  });
});

describe("the cowork home", () => {
  test.each([
    ["unset", { HOME: "" }],
    ["missing", { COWORK_HOME: "/nowhere/at all" }],
    ["a file", { COWORK_HOME: "/dev/null" }],
    ["not writable", { COWORK_HOME: "/proc/1" }],
  ])("when it is %s, help, version and completion still work", async (_name, env) => {
    const { run } = await machine();
    expect(await run(["--version"], { env })).toEqual(versionOutput);
    expect((await run(["help"], { env })).code).toBe(0);
    expect(await run(["__complete", "bash", "conn"], { env })).toEqual({ code: 0, stdout: "connect\n", stderr: "" });
  });

  test("when it is not writable, a command that must write reports it without a stack trace", async () => {
    const { run } = await machine();
    const { code, stderr } = await run(["config", "set", "--user", "CPUS", "2"], { env: { COWORK_HOME: "/proc/1/x" } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cowork: .*\/proc\/1\/x/);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe("without an engine", () => {
  test("configuration, completion scripts and the list of licences work", async () => {
    const { run, folder } = await machine();
    expect(await run(["config", "set", "--user", "CPUS", "2"])).toMatchObject({ code: 0, stdout: "" });
    expect(await run(["config", "get", "--user", "CPUS"])).toMatchObject({ code: 0, stdout: "2\n" });
    expect(await readFile(join(folder, "home", ".cowork", ".cowork.conf"), "utf8")).toMatch(/^CPUS=2$/m);
    for (const shell of ["bash", "zsh", "fish"]) {
      expect((await run(["completion", shell])).stdout).toContain(`cowork __complete ${shell}`);
    }
    const licences = (await run(["help", "licenses"])).stdout;
    for (const library of ["yargs", "dockerode", "@devcontainers/cli", "zod"])
      expect(licences).toContain(`\n${library} `);
    expect(licences).not.toContain("(no licence file in the package)\n".repeat(2));
  });

  test("a usage error prints one message and the next step, and exits with 2", async () => {
    const { run } = await machine();
    expect(await run(["lst"])).toEqual({
      code: 2,
      stdout: "",
      stderr: 'cowork: Unknown command "lst". Did you mean list?\n  Next: cowork list\n',
    });
    const json = await run(["list", "--nope", "--json"]);
    expect([json.code, json.stderr, JSON.parse(json.stdout)]).toMatchObject([2, "", { error: { code: "USAGE" } }]);
  });

  test("a deleted current folder is reported", async () => {
    const { run, folder, file } = await machine();
    const line = `mkdir gone && cd gone && rmdir "$PWD" && exec "${file}" list`;
    const { code, stderr } = await run(["-c", line], { file: "/bin/sh", env: { PATH: `${folder}/bin:/usr/bin:/bin` } });
    // The shell may print a message about it, too.
    expect(code).toBe(1);
    expect(stderr).toMatch(/cowork: The current folder no longer exists\.\n {2}Next: cd to your project's folder\n$/);
  });

  test("a closed output pipe is not reported as an error", async () => {
    const { run, file, folder } = await machine();
    const env = { PATH: `${folder}/bin:/usr/bin:/bin` };
    const line = `"${file}" help licenses | head -n 1; "${file}" help 2>&1 >&-; echo "code $?"`;
    const { stdout, stderr } = await run(["-c", line], { file: "/bin/sh", env });
    expect(stdout).toContain("cowork contains the following libraries");
    expect(stdout).not.toMatch(/EPIPE|EBADF|at /);
    expect(stderr).toBe("");
  });
});

test("a signal ends cowork with the signal's exit code", async () => {
  const { file, folder, env } = await machine();
  // A git that never ends: cowork is still running when the signal arrives.
  await script(join(folder, "bin", "git"), `echo asked >"${folder}/asked"; exec /bin/sleep 60`);
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    const child = spawn(file, ["list"], { cwd: folder, env, stdio: "ignore" });
    const ended = new Promise<number | null>((done) => child.on("exit", done));
    await waitFor(async () => (await readdir(folder)).includes("asked"));
    child.kill(signal);
    expect(await ended).toBe(code);
    await rm(join(folder, "asked"));
  }
});

async function waitFor(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((done) => void setTimeout(done, 20));
}

import { spawn } from "node:child_process";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../src/session/types.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, userEnvironment, type CoworkResult } from "../support/home/run-cowork.ts";
import { commitAll, git, sampleProject } from "../support/git/sample-project.ts";

/** Every failure gives one clear error and the right exit code, and nothing is lost. */
describe("a session", () => {
  let home: TestHome;
  let cwd: string;
  const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
  const containers = async (id: string): Promise<string[]> => {
    const filters = ["--filter", `label=cowork.home=${home.machine.hash}`, "--filter", `label=cowork.session=${id}`];
    return await home.machine.docker("ps", "-aq", ...filters);
  };
  const listed = async (name: string): Promise<SessionView | undefined> => {
    const { stdout } = await cowork("list", "--json");
    return (JSON.parse(stdout) as { sessions: SessionView[] }).sessions.find((one) => one.name === name);
  };

  beforeAll(async () => {
    home = await temporaryHome();
    cwd = await sampleProject(home, "image");
  });
  afterAll(() => home.remove());

  /** Starts `cowork init` and kills it with SIGKILL when its progress output matches. */
  async function killAt(name: string, line: RegExp): Promise<void> {
    const child = spawn(join(home.bin, "cowork"), ["init", name], {
      cwd,
      env: userEnvironment(home),
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (line.test(text)) child.kill("SIGKILL");
    });
    await ended;
    expect(text).toMatch(line);
  }

  describe("an interrupted init", () => {
    // Kills at all other steps are tested in process: test/unit/session/create.test.ts.
    it("is completed by the same command after SIGKILL while the container starts", async () => {
      const name = "killed";
      await killAt(name, /container {2}starting/);
      const again = await cowork("init", name, "--json");
      expect(JSON.parse(again.stdout).sessions).toMatchObject([{ name, state: "running" }]);
      expect(again.code).toBe(0);
      expect(await containers(`app-${name}`)).toHaveLength(1);
      const inside = await cowork("connect", name, "--", "git", "status", "--porcelain");
      expect(inside).toMatchObject({ code: 0, stdout: "" });
      expect((await cowork("clean", name)).code).toBe(0);
      expect(await containers(`app-${name}`)).toEqual([]);
    });

    it("exits with 130 at Ctrl-C, and the same command completes it", async () => {
      const child = spawn(join(home.bin, "cowork"), ["init", "ctrl"], {
        cwd,
        env: userEnvironment(home),
        stdio: ["ignore", "ignore", "pipe"],
      });
      const code = new Promise<number | null>((resolve) => child.on("exit", resolve));
      child.stderr.once("data", () => child.kill("SIGINT"));
      expect(await code).toBe(130);
      expect((await cowork("init", "ctrl")).code).toBe(0);
      expect((await cowork("clean", "ctrl")).code).toBe(0);
    });
  });

  describe("two init commands at the same time", () => {
    it("create one session", async () => {
      const both = await Promise.all([cowork("init", "twin", "--json"), cowork("init", "twin", "--json")]);
      for (const { code, stdout } of both) {
        expect(code).toBe(0);
        expect(JSON.parse(stdout).sessions).toMatchObject([{ name: "twin", state: "running" }]);
      }
      expect(await containers("app-twin")).toHaveLength(1);
      const { host } = home.machine;
      const entry = host === "local" ? "twin" : `twin@${host}`;
      expect((await cowork("config", "get", "SESSIONS")).stdout.trim()).toBe(entry);
      expect((await cowork("clean", "twin")).code).toBe(0);
    });
  });

  describe("files and containers removed by someone else", () => {
    it("a container is listed as missing, and start creates a new one", async () => {
      await cowork("init", "gone");
      await home.machine.docker("rm", "-f", ...(await containers("app-gone")));
      expect(await listed("gone")).toMatchObject({ state: "missing", missing: ["container"], container: null });
      expect((await cowork("start", "gone")).code).toBe(0);
      expect(await listed("gone")).toMatchObject({ state: "running" });
    });

    it("a clone is listed as missing, start refuses, and clean removes the session", async () => {
      await home.machine.sh(`rm -r ${join(home.machine.coworkHome, "sessions", "app-gone")}`);
      expect(await listed("gone")).toMatchObject({ state: "missing", missing: ["clone"] });
      await cowork("stop", "gone");
      const started = await cowork("start", "gone");
      expect(started.code).toBe(1);
      expect(started.stderr).toContain("The clone of gone is gone");
      expect((await cowork("clean", "gone")).code).toBe(0);
      expect(await listed("gone")).toBeUndefined();
    });

    it("a damaged record hides no other session, and doctor --fix repairs it", async () => {
      await cowork("init", "torn", "whole");
      await home.machine.sh(
        `printf '{"schema":1' >${join(home.machine.coworkHome, "state", "app-torn", "session.json")}`,
      );
      const { stdout } = await cowork("list", "--json");
      const states = (JSON.parse(stdout) as { sessions: SessionView[] }).sessions.map(({ id, state }) => [id, state]);
      expect(Object.fromEntries(states)).toEqual({ "app-torn": "failed", "app-whole": "running" });
      const refused = await cowork("clean", "torn");
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("cannot be read");
      await cowork("doctor", "--fix", "--host", home.machine.host);
      expect(await listed("torn")).toMatchObject({ state: "running" });
      expect((await cowork("clean", "torn", "whole")).code).toBe(0);
    });
  });

  describe("names", () => {
    it("that give two projects the same session id are refused for the second, with a hint to set PROJECT", async () => {
      const first = await sampleProject(home, "image", { name: "a" });
      const second = await sampleProject(home, "image", { name: "a-b" });
      const made = await runCowork(["init", "b-c", "--no-start"], { home, cwd: first });
      expect(made.code).toBe(0);
      const refused = await runCowork(["init", "c", "--no-start"], { home, cwd: second });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("cowork config set PROJECT");
      await runCowork(["config", "set", "PROJECT", "other"], { home, cwd: second });
      expect((await runCowork(["init", "c", "--no-start"], { home, cwd: second })).code).toBe(0);
      expect((await runCowork(["clean", "b-c"], { home, cwd: first })).code).toBe(0);
      expect((await runCowork(["clean", "c"], { home, cwd: second })).code).toBe(0);
    });

    it("stay valid after the project was moved", async () => {
      const before = await sampleProject(home, "image", { name: "mover" });
      await runCowork(["init", "m", "--no-start"], { home, cwd: before });
      await mkdir(join(home.home, "elsewhere"), { recursive: true });
      const after = join(home.home, "elsewhere", "mover");
      await rename(before, after);
      const { stdout } = await runCowork(["list", "--json"], { home, cwd: after });
      expect(JSON.parse(stdout).sessions).toMatchObject([{ name: "m" }]);
      expect((await runCowork(["clean", "m"], { home, cwd: after })).code).toBe(0);
    });
  });

  describe("a hostile repository", () => {
    it("is cloned, and its control characters never reach the terminal", async () => {
      const escape = "\u001B]0;owned\u0007\u001B[31m";
      const root = await sampleProject(home, "image", {
        name: "host{{ile}} $(touch x) 'q\"",
        files: { "{{#each .}}": "{{", [`e${escape}vil`]: escape, "new\nline": "x", "-rf": "", 'q"uote': "'" },
      });
      await commitAll(root, `${escape} {{message}}`);
      const made = await runCowork(["init", "h", "--json"], { home, cwd: root });
      expect(made.code).toBe(0);
      const inside = await runCowork(
        ["connect", "h", "--", "sh", "-c", "git status --porcelain; touch \"$(printf 'e\\033]0;x\\007')\""],
        { home, cwd: root },
      );
      expect(inside).toMatchObject({ code: 0, stdout: "" });
      for (const args of [["list"], ["status"], ["clean", "h"], ["logs", "h"]]) {
        const shown = await runCowork(args, { home, cwd: root });
        // oxlint-disable-next-line no-control-regex -- the test looks for control characters
        expect(shown.stdout + shown.stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F]/);
      }
      expect((await runCowork(["clean", "h", "--force"], { home, cwd: root })).code).toBe(0);
    });
  });
});

describe("invalid input", () => {
  let home: TestHome;
  let cwd: string;
  const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });

  beforeAll(async () => {
    home = await temporaryHome();
    cwd = await sampleProject(home, "image");
  });
  afterAll(() => home.remove());

  describe("names", () => {
    it.each(["../x", "-rf", "a b", "ü", "a..b", "HEAD", "a.lock", "x".repeat(300), "", "a\nb", "$(id)", "a/b"])(
      "%j is refused",
      async (name) => {
        const refused = await cowork("init", "--", name);
        expect(refused.code).toBe(2);
        expect(refused.stderr).not.toMatch(/\n\s+at /);
        expect(JSON.parse((await cowork("list", "--json")).stdout)).toEqual({ sessions: [] });
      },
    );
  });

  describe("a folder or project that cannot be used", () => {
    it("init fails outside a repository, in a bare one, and in one without commits", async () => {
      const plainFolder = join(home.home, "plain");
      const bare = join(home.home, "bare.git");
      const empty = join(home.home, "empty");
      for (const folder of [plainFolder, bare, empty]) await mkdir(folder);
      await git(bare, "init", "-q", "--bare");
      await git(empty, "init", "-q");
      for (const folder of [plainFolder, bare, empty]) {
        const refused = await runCowork(["init", "a", "--json"], { home, cwd: folder });
        expect(refused.code).toBe(1);
        expect(JSON.parse(refused.stdout)).toMatchObject({
          error: { code: expect.stringMatching(/NOT_A_PROJECT|PROJECT_EMPTY/) },
        });
      }
    });

    it("init reports an invalid devcontainer.json", async () => {
      const root = await sampleProject(home, "image", {
        name: "broken",
        files: { ".devcontainer/devcontainer.json": "{ no" },
      });
      const refused = await runCowork(["init", "a", "--json"], { home, cwd: root });
      expect(refused.code).toBe(1);
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "DEVCONTAINER_INVALID" } });
    });

    it("an invalid configuration file is reported by name", async () => {
      const root = await sampleProject(home, "image", { name: "conf", files: { ".cowork/.cowork.conf": "\0\0\0" } });
      const refused = await runCowork(["list"], { home, cwd: root });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(".cowork.conf");
    });

    it("an unreachable engine gives exit code 4 and a hint to run doctor", async () => {
      const dead = await runCowork(["list"], { home, cwd, env: { DOCKER_HOST: "unix:///nowhere/docker.sock" } });
      expect(dead.code).toBe(4);
      expect(dead.stderr).toMatch(/cowork doctor/);
    });
  });
});

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../src/session/types.ts";
import type { TestHome } from "../support/home/home.ts";
import { ordinaryUser } from "../support/home/ordinary-user.ts";
import { remoteAccount } from "../support/remote/remote-account.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";

/** What issue and README promise, in order: as an ordinary user, here and on another machine. */
describe.each([
  ["an ordinary user of the docker group", ordinaryUser],
  ["an ordinary user of another machine over SSH", () => remoteAccount({ ordinary: true })],
])("the life of three sessions, as %s", (_, account: () => Promise<TestHome>) => {
  let home: TestHome;
  let cwd: string;
  const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
  const sessions = async (...args: string[]): Promise<SessionView[]> => {
    const result = await cowork(...args, "--json");
    const value = JSON.parse(result.stdout) as { sessions: SessionView[] };
    return value.sessions;
  };
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await sessions("list")).map(({ name, state }) => [name, state]));
  const inEngine = async (...args: string[]): Promise<string[]> =>
    await home.there.docker(...args, "--filter", `label=cowork.home=${home.there.hash}`);
  const exists = async (...path: string[]): Promise<boolean> =>
    (await home.there.sh(`test -e ${join(home.there.coworkHome, ...path)}`)).code === 0;

  beforeAll(async () => {
    home = await account();
    cwd = await sampleProject(home, "dockerfile");
  });
  afterAll(() => home.remove());

  it("init makes all of them, running", async () => {
    const made = await cowork("init", "a", "b", "c", "--json");
    expect(made.stderr).not.toMatch(/error/i);
    expect(JSON.parse(made.stdout).sessions).toMatchObject([
      { name: "a", state: "running", branch: "a" },
      { name: "b", state: "running", branch: "b" },
      { name: "c", state: "running", branch: "c" },
    ]);
    expect(made.code).toBe(0);
  });

  it("list and the engine agree", async () => {
    const listed = await sessions("list");
    const running = await inEngine("ps", "-q", "--no-trunc");
    expect(new Set(listed.map(({ container }) => container?.id))).toEqual(new Set(running));
    const { host, coworkHome } = home.there;
    for (const one of listed) expect(one).toMatchObject({ host, path: join(coworkHome, "sessions", one.id) });
  });

  it("connect runs in the clone, as the user of the dev container, with git at work", async () => {
    const script = "id -un; pwd; touch x; git status --porcelain";
    const inside = await cowork("connect", "a", "--", "sh", "-c", script);
    expect(inside.stdout.split("\n")).toEqual(["dev", "/workspaces/app", "?? x", ""]);
    expect(inside.code).toBe(0);
  });

  it("a commit works at once, with the user's name", async () => {
    const script =
      "echo 1 >f && git add f && git commit -qm one && git log -1 --format='%an <%ae>' && git reset -q --hard HEAD~1";
    const { code, stdout } = await cowork("connect", "b", "--", "sh", "-c", script);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Test Person <test.person@example.invalid>\n" });
  });

  it("the clone lies at the path that scripts expect", async () => {
    const { stdout } = await cowork("connect", "a", "--", "sh", "-c", "cd /workspaces/app && pwd -P");
    expect(stdout).toBe("/workspaces/app\n");
  });

  it("connect passes the exit code, stdin and stdout through", async () => {
    expect((await cowork("connect", "a", "--", "sh", "-c", "exit 7")).code).toBe(7);
    const piped = await runCowork(["connect", "a", "--", "wc", "-c"], { home, cwd, input: "x".repeat(100_000) });
    expect(piped.stdout.trim()).toBe("100000");
  });

  it("init again completes what is there and loses nothing", async () => {
    const again = await cowork("init", "a", "--json");
    expect(again.code).toBe(0);
    const { stdout } = await cowork("connect", "a", "--", "ls", "x");
    expect(stdout).toBe("x\n");
  });

  it("stop stops all; start and connect bring back one", async () => {
    expect((await cowork("stop")).code).toBe(0);
    expect(await states()).toEqual({ a: "stopped", b: "stopped", c: "stopped" });
    expect((await cowork("start", "b")).code).toBe(0);
    expect((await cowork("connect", "b", "--", "true")).code).toBe(0);
    expect(await states()).toEqual({ a: "stopped", b: "running", c: "stopped" });
  });

  it("clean refuses where work would be lost, names it, and the session stays", async () => {
    const refused = await cowork("clean", "a");
    expect(refused.code).toBe(3);
    expect(refused.stderr + refused.stdout).toMatch(/x/);
    expect(refused.stderr + refused.stdout).toMatch(/cowork pull a/);
    expect(await states()).toMatchObject({ a: "stopped" });
    expect(await exists("sessions", "app-a", "x")).toBe(true);
  });

  it("clean --dry-run has the code of the real run and changes nothing", async () => {
    expect((await cowork("clean", "--dry-run")).code).toBe(3);
    expect(Object.keys(await states())).toEqual(["a", "b", "c"]);
  });

  it("clean --force leaves nothing behind, in the engine or on disk", async () => {
    expect((await cowork("clean", "--all", "--force")).code).toBe(0);
    expect(await sessions("list")).toEqual([]);
    expect(await inEngine("ps", "-aq")).toEqual([]);
    expect(await inEngine("volume", "ls", "-q")).toEqual([]);
    for (const id of ["app-a", "app-b", "app-c"]) {
      expect(await exists("sessions", id)).toBe(false);
      expect(await exists("state", id)).toBe(false);
    }
    const conf = await runCowork(["config", "get", "SESSIONS"], { home, cwd });
    expect(conf.stdout.trim()).toBe("");
  });

  it("the shared image stays for the next init, until --images", async () => {
    expect(await inEngine("images", "-q")).not.toEqual([]);
    expect((await cowork("clean", "--images")).code).toBe(0);
    expect(await inEngine("images", "-q")).toEqual([]);
  });
});

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../src/session/types.ts";
import type { TestHome } from "../support/home/home.ts";
import { ordinaryUser } from "../support/home/ordinary-user.ts";
import { remoteAccount } from "../support/remote/remote-account.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";

/** What the README promises, in order, for an ordinary user on this machine and on a remote host. */
describe.each([
  ["an ordinary user in the docker group", ordinaryUser],
  ["an ordinary user on another machine over SSH", () => remoteAccount({ ordinary: true })],
])("three sessions of %s", (_, account: () => Promise<TestHome>) => {
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
    await home.machine.docker(...args, "--filter", `label=cowork.home=${home.machine.hash}`);
  const exists = async (...path: string[]): Promise<boolean> =>
    (await home.machine.sh(`test -e ${join(home.machine.coworkHome, ...path)}`)).code === 0;

  beforeAll(async () => {
    home = await account();
    cwd = await sampleProject(home, "dockerfile", {
      files: { "src/login.js": "function login(user) {\n  return user.length > 3;\n}\n", "src/other.js": "other();\n" },
    });
  });
  afterAll(() => home.remove());

  it("init creates and starts all of them", async () => {
    const made = await cowork("init", "a", "b", "c", "--json");
    expect(made.stderr).not.toMatch(/error/i);
    expect(JSON.parse(made.stdout).sessions).toMatchObject([
      { name: "a", state: "running", branch: "a" },
      { name: "b", state: "running", branch: "b" },
      { name: "c", state: "running", branch: "c" },
    ]);
    expect(made.code).toBe(0);
  });

  it("list shows exactly the containers that the engine runs", async () => {
    const listed = await sessions("list");
    const running = await inEngine("ps", "-q", "--no-trunc");
    expect(new Set(listed.map(({ container }) => container?.id))).toEqual(new Set(running));
    const { host, coworkHome } = home.machine;
    for (const one of listed) expect(one).toMatchObject({ host, path: join(coworkHome, "sessions", one.id) });
  });

  it("connect runs commands in the clone as the dev container's user, and git works", async () => {
    const script = "id -un; pwd; touch x; git status --porcelain";
    const inside = await cowork("connect", "a", "--", "sh", "-c", script);
    expect(inside.stdout.split("\n")).toEqual(["dev", "/workspaces/app", "?? x", ""]);
    expect(inside.code).toBe(0);
  });

  it("a commit works without set-up and has the user's name", async () => {
    const script =
      "echo 1 >f && git add f && git commit -qm one && git log -1 --format='%an <%ae>' && git reset -q --hard HEAD~1";
    const { code, stdout } = await cowork("connect", "b", "--", "sh", "-c", script);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Test Person <test.person@example.invalid>\n" });
  });

  it("the clone is at /workspaces/{project folder}, where scripts expect it", async () => {
    const { stdout } = await cowork("connect", "a", "--", "sh", "-c", "cd /workspaces/app && pwd -P");
    expect(stdout).toBe("/workspaces/app\n");
  });

  it("connect passes the exit code, stdin and stdout through", async () => {
    expect((await cowork("connect", "a", "--", "sh", "-c", "exit 7")).code).toBe(7);
    const piped = await runCowork(["connect", "a", "--", "wc", "-c"], { home, cwd, input: "x".repeat(100_000) });
    expect(piped.stdout.trim()).toBe("100000");
  });

  it("a second init succeeds and keeps the session's files", async () => {
    const again = await cowork("init", "a", "--json");
    expect(again.code).toBe(0);
    const { stdout } = await cowork("connect", "a", "--", "ls", "x");
    expect(stdout).toBe("x\n");
  });

  it("conflicts names the two sessions that change the same lines, committed or not, and the clean one", async () => {
    const edit = (name: string, script: string): Promise<CoworkResult> =>
      cowork("connect", name, "--", "sh", "-c", script);
    await edit("a", "sed -i s/3/4/ src/login.js && git commit -qam four");
    await edit("b", "sed -i s/3/5/ src/login.js");
    await edit("c", "sed -i s/other/another/ src/other.js");
    const found = await cowork("conflicts", "--json");
    expect(found.code, found.stderr).toBe(8);
    const { sessions: looked, pairs } = JSON.parse(found.stdout);
    expect(
      looked.map(({ name, host, judged }: { name: string; host: string; judged: boolean }) => [name, host, judged]),
    ).toEqual(["a", "b", "c"].map((name) => [name, home.machine.host, true]));
    expect(pairs.filter((pair: { class: string }) => pair.class !== "clean")).toMatchObject([
      { a: "a", b: "b", class: "textual", paths: [{ path: "src/login.js", kind: "content", entities: ["login"] }] },
    ]);
    // The grammars are in the file that was built.
    expect(found.stderr).not.toContain("names were not looked for");
    expect(pairs).toHaveLength(6);
    expect((await cowork("conflicts", "c")).code).toBe(0);
    expect((await sessions("list")).find(({ name }) => name === "a")).toMatchObject({ conflicts: { with: ["b"] } });
    await edit("a", "git reset -q --hard HEAD~1");
    for (const name of ["b", "c"]) await edit(name, "git reset -q --hard");
  });

  it("stop stops all sessions, and start starts one", async () => {
    expect((await cowork("stop")).code).toBe(0);
    expect(await states()).toEqual({ a: "stopped", b: "stopped", c: "stopped" });
    expect((await cowork("start", "b")).code).toBe(0);
    expect((await cowork("connect", "b", "--", "true")).code).toBe(0);
    expect(await states()).toEqual({ a: "stopped", b: "running", c: "stopped" });
  });

  it("clean refuses to remove unsaved work, names it, and keeps the session", async () => {
    const refused = await cowork("clean", "a");
    expect(refused.code).toBe(3);
    expect(refused.stderr + refused.stdout).toMatch(/x/);
    expect(refused.stderr + refused.stdout).toMatch(/cowork pull a/);
    expect(await states()).toMatchObject({ a: "stopped" });
    expect(await exists("sessions", "app-a", "x")).toBe(true);
  });

  it("clean --dry-run returns the exit code of a real clean and changes nothing", async () => {
    expect((await cowork("clean", "--dry-run")).code).toBe(3);
    expect(Object.keys(await states())).toEqual(["a", "b", "c"]);
  });

  it("clean --force leaves nothing on the engine or on disk", async () => {
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

  it("the shared image is kept for the next init until clean --images", async () => {
    expect(await inEngine("images", "-q")).not.toEqual([]);
    expect((await cowork("clean", "--images")).code).toBe(0);
    expect(await inEngine("images", "-q")).toEqual([]);
  });
});

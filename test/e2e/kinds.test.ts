import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionStatus } from "../../src/session/types.ts";
import { ensureTestBaseImage } from "../support/engine.ts";
import { temporaryHome, type TestHome } from "../support/home.ts";
import { remoteAccount } from "../support/remote-account.ts";
import { runCowork, type CoworkResult } from "../support/run-cowork.ts";
import { commitAll, sampleProject, type SampleKind } from "../support/sample-project.ts";

const kinds: [SampleKind, string][] = [
  ["none", "dev"],
  ["image", "root"],
  ["dockerfile", "dev"],
  ["features", "root"],
  ["compose", "root"],
];

/**
 * Every kind of dev container, two sessions of each side by side, with git at work, and a clean clone. The same functions run on
 * another machine: over SSH the kind with most parts is enough.
 */
describe.each([
  ["this machine", temporaryHome, kinds],
  ["another machine over SSH", remoteAccount, kinds.filter(([kind]) => kind === "compose")],
])("dev containers on %s", (_, account: () => Promise<TestHome>, these) => {
  let home: TestHome;
  beforeAll(async () => {
    home = await account();
  });
  afterAll(() => home.remove());

  const inEngine = async (...args: string[]): Promise<string[]> =>
    await home.there.docker(...args, "--filter", `label=cowork.home=${home.there.hash}`);

  describe.each(these)("a project with the configuration: %s", (kind, user) => {
    let cwd: string;
    const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
    /** Volumes and networks that the sessions' containers hang on, by name. Those of other tests come and go beside this one. */
    const held = async (): Promise<{ volumes: string[]; networks: string[] }> => {
      const format =
        "{{range .Mounts}}v {{.Name}}\n{{end}}{{range $name, $_ := .NetworkSettings.Networks}}n {{$name}}\n{{end}}";
      const lines = await home.there.docker("inspect", "-f", format, ...(await inEngine("ps", "-aq")));
      const named = (sort: string): string[] =>
        lines.filter((line) => line.startsWith(`${sort} `) && line.length > 2).map((line) => line.slice(2));
      return { volumes: named("v"), networks: named("n").filter((name) => name !== "bridge") };
    };

    it("has two sessions side by side that both work", async () => {
      cwd = await sampleProject(home, kind, { name: `kind-${kind}` });
      const made = await cowork("init", "a", "b", "--trust", "--json");
      expect(JSON.parse(made.stdout).sessions).toMatchObject([
        { name: "a", state: "running" },
        { name: "b", state: "running" },
      ]);
      for (const name of ["a", "b"]) {
        const script = `id -un; git status --porcelain; echo ${name} >mine && git add mine && git commit -qm mine && git log -1 --format=%an`;
        const { code, stdout } = await cowork("connect", name, "--", "sh", "-c", script);
        expect({ code, stdout }).toEqual({ code: 0, stdout: `${user}\nTest Person\n` });
        const inside = `cat /proc/sys/kernel/hostname; echo $COWORK_SESSION in $COWORK_PROJECT`;
        const elsewhere = await runCowork(["connect", `kind-${kind}/${name}`, "--", "sh", "-c", inside], {
          home,
          cwd: "/",
        });
        expect(elsewhere.stdout).toBe(`${name}\n${name} in kind-${kind}\n`);
        // Nobody is logged in: that is no matter of this command.
        expect(elsewhere.stderr).not.toContain("auth login");
        const link = await cowork("connect", name, "--", "cat", `/workspaces/kind-${kind}/mine`);
        expect(link.stdout).toBe(`${name}\n`);
      }
    });

    it("is stopped, started and removed without a trace", async () => {
      expect((await cowork("stop")).code).toBe(0);
      expect((await cowork("start")).code).toBe(0);
      const status = await cowork("status", "--json");
      const sessions = (JSON.parse(status.stdout) as { sessions: SessionStatus[] }).sessions;
      for (const one of sessions) {
        expect(one).toMatchObject({ state: "running", unsaved: true, git: { uncommitted: 0, untracked: 0 } });
        const published = kind === "compose" ? [{ container: 8080, address: "127.0.0.1" }] : [];
        expect(one.ports).toMatchObject(published);
      }
      const { volumes, networks } = await held();
      expect(networks.length > 0).toBe(kind === "compose");
      expect((await cowork("clean")).code).toBe(3);
      expect((await cowork("clean", "--force")).code).toBe(0);
      for (const what of [
        ["ps", "-aq"],
        ["volume", "ls", "-q"],
        ["network", "ls", "-q"],
      ])
        expect(await inEngine(...what)).toEqual([]);
      const [left, leftNetworks] = await Promise.all([
        home.there.docker("volume", "ls", "-q"),
        home.there.docker("network", "ls", "--format", "{{.Name}}"),
      ]);
      expect(left.filter((name) => volumes.includes(name))).toEqual([]);
      expect(leftNetworks.filter((name) => networks.includes(name))).toEqual([]);
    });
  });
});

describe("dev containers on this machine", () => {
  let home: TestHome;
  beforeAll(async () => {
    home = await temporaryHome();
  });
  afterAll(() => home.remove());

  describe("lifecycle commands", () => {
    it("run once and in order, and only postStart again at a start", async () => {
      const image = await ensureTestBaseImage();
      const log = (word: string): string => `echo ${word} >>/tmp/order`;
      const config = {
        image,
        onCreateCommand: `${log("onCreate")}; [ "$COWORK_SESSION" = a ]`,
        updateContentCommand: log("updateContent"),
        postCreateCommand: log("postCreate"),
        postStartCommand: log("postStart"),
        postAttachCommand: log("postAttach"),
      };
      const cwd = await sampleProject(home, "none", {
        name: "order",
        files: { ".devcontainer.json": JSON.stringify(config) },
      });
      const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
      await cowork("init", "a");
      const order = async (): Promise<string[]> =>
        (await cowork("connect", "a", "--", "cat", "/tmp/order")).stdout.trim().split("\n");
      expect((await order()).filter((word) => word !== "postAttach")).toEqual([
        "onCreate",
        "updateContent",
        "postCreate",
        "postStart",
      ]);
      await cowork("stop", "a");
      await cowork("start", "a");
      expect((await order()).filter((word) => word !== "postAttach")).toEqual([
        "onCreate",
        "updateContent",
        "postCreate",
        "postStart",
        "postStart",
      ]);
      expect((await cowork("clean", "a")).code).toBe(0);
    });
  });

  describe("init --write-config", () => {
    it("puts the template into the project, where it works as the project's own", async () => {
      const cwd = await sampleProject(home, "none", { name: "written" });
      const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
      const written = await cowork("init", "--write-config", "--base-image", await ensureTestBaseImage());
      expect(written).toMatchObject({ code: 0, stdout: ".devcontainer/devcontainer.json\n.devcontainer/Dockerfile\n" });
      await commitAll(cwd, "A dev container");
      expect((await cowork("init", "a")).code).toBe(0);
      const inside = await cowork("connect", "a", "--", "sh", "-c", "id -un; sudo id -un; git status --porcelain");
      expect(inside).toMatchObject({ code: 0, stdout: "dev\nroot\n" });
      const again = await cowork("init", "--write-config");
      expect(again.code).toBe(1);
      expect(again.stderr).toContain("of its own");
      expect((await cowork("clean", "a")).code).toBe(0);
    });
  });
});

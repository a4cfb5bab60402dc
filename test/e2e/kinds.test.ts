import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionStatus } from "../../src/session/types.ts";
import { ensureTestBaseImage } from "../support/engine/engine.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { remoteAccount } from "../support/remote/remote-account.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { commitAll, sampleProject, type SampleKind } from "../support/git/sample-project.ts";

const kinds: [SampleKind, string][] = [
  ["none", "dev"],
  ["image", "root"],
  ["dockerfile", "dev"],
  ["features", "root"],
  ["compose", "root"],
];

/**
 * Two sessions of every kind of dev container at the same time, with git inside and a clean clone. Remote hosts run the same
 * functions, so over SSH the most complex kind is enough.
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
    /** Names of the volumes and networks of the sessions' containers. Other tests create and remove their own at the same time. */
    const used = async (): Promise<{ volumes: string[]; networks: string[] }> => {
      const format =
        "{{range .Mounts}}v {{.Name}}\n{{end}}{{range $name, $_ := .NetworkSettings.Networks}}n {{$name}}\n{{end}}";
      const lines = await home.there.docker("inspect", "-f", format, ...(await inEngine("ps", "-aq")));
      const named = (sort: string): string[] =>
        lines.filter((line) => line.startsWith(`${sort} `) && line.length > 2).map((line) => line.slice(2));
      return { volumes: named("v"), networks: named("n").filter((name) => name !== "bridge") };
    };

    it("has two sessions at the same time that both work", async () => {
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
        // The missing login does not concern this command, so it is not mentioned.
        expect(elsewhere.stderr).not.toContain("auth login");
        const link = await cowork("connect", name, "--", "cat", `/workspaces/kind-${kind}/mine`);
        expect(link.stdout).toBe(`${name}\n`);
      }
    });

    it("is stopped, started and removed, and leaves no container, volume or network", async () => {
      expect((await cowork("stop")).code).toBe(0);
      expect((await cowork("start")).code).toBe(0);
      const status = await cowork("status", "--json");
      const sessions = (JSON.parse(status.stdout) as { sessions: SessionStatus[] }).sessions;
      for (const one of sessions) {
        expect(one).toMatchObject({ state: "running", unsaved: true, git: { uncommitted: 0, untracked: 0 } });
        const published = kind === "compose" ? [{ container: 8080, address: "127.0.0.1" }] : [];
        expect(one.ports).toMatchObject(published);
      }
      const { volumes, networks } = await used();
      expect(networks.length > 0).toBe(kind === "compose");
      expect((await cowork("clean", "--all")).code).toBe(3);
      expect((await cowork("clean", "--all", "--force")).code).toBe(0);
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
    it("run once and in the right order; a later start runs only postStart again", async () => {
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

  describe("a lifecycle command that fails", () => {
    it("leaves a session to connect to and fix it, and init continues", async () => {
      const image = await ensureTestBaseImage();
      const config = {
        image,
        onCreateCommand: "echo create >>/tmp/ran",
        postCreateCommand: "echo post >>/tmp/ran; test -e fixed || { echo oops >&2; exit 7; }",
        postStartCommand: "echo start >>/tmp/ran",
      };
      const files = { ".devcontainer.json": JSON.stringify(config) };
      const cwd = await sampleProject(home, "none", { name: "unfinished", files });
      const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
      const made = await cowork("init", "a", "--json");
      expect(made.code).toBe(1);
      const message = "The dev container of a is up, but postCreateCommand failed with exit code 7: oops.";
      const failed = { name: "a", state: "failed", error: { code: "UP_FAILED", message } };
      expect(JSON.parse(made.stdout).sessions).toMatchObject([failed]);
      expect(JSON.parse((await cowork("list", "--json")).stdout).sessions).toMatchObject([failed]);
      const entered = await cowork("connect", "a", "--", "sh", "-c", "command -v claude && touch fixed");
      expect(entered).toMatchObject({ code: 0, stdout: "/opt/cowork/bin/claude\n" });
      expect(entered.stderr).toContain(`${message} To run it again: cowork start a`);
      expect((await cowork("init", "a")).code).toBe(0);
      const after = await cowork("connect", "a", "--", "cat", "/tmp/ran");
      expect(after.stdout).toBe("create\npost\npost\nstart\n");
      expect(after.stderr).not.toContain("failed");
      expect((await cowork("clean", "a", "--force")).code).toBe(0);
    });
  });

  describe("files that are not in the commit", () => {
    it("are used by Compose when they are in the clone, and services keep the host names of their containers", async () => {
      const image = await ensureTestBaseImage();
      const service = `image: ${image}\n    init: true\n    command: sleep infinity`;
      const cwd = await sampleProject(home, "none", {
        name: "uncommitted",
        files: {
          ".devcontainer.json": JSON.stringify({
            dockerComposeFile: "c.yml",
            service: "app",
            workspaceFolder: "/w",
            initializeCommand: "echo GREET=hello >.env",
          }),
          "c.yml": `services:\n  app:\n    ${service}\n    profiles: [never]\n    volumes: [".:/w"]\n    env_file: own.env\n    environment: {GREET: "\${GREET:-unset}"}\n    depends_on: [db]\n  db:\n    ${service}\n    container_name: my-db\n`,
          ".gitignore": "*.env\n",
        },
      });
      const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
      await writeFile(join(cwd, "own.env"), "OWN=mine\n");
      expect((await cowork("config", "set", "COPY", "own.env")).code).toBe(0);
      await cowork("init", "a", "--trust");
      const script = 'echo "$GREET $OWN"; getent hosts my-db | wc -l';
      const { stdout } = await cowork("connect", "a", "--", "sh", "-c", script);
      expect(stdout).toBe("hello mine\n1\n");
      expect((await cowork("clean", "a", "--force")).code).toBe(0);
    });
  });

  describe("a workspace folder that does not exist", () => {
    it("makes init fail with its path in the message", async () => {
      const config = { image: await ensureTestBaseImage(), workspaceFolder: "/nope/there" };
      const files = { ".devcontainer.json": JSON.stringify(config) };
      const cwd = await sampleProject(home, "none", { name: "nowhere", files });
      const { code, stderr } = await runCowork(["init", "a"], { home, cwd });
      expect(code).toBe(1);
      expect(stderr).toContain("The workspace folder /nope/there does not exist in the dev container of a.");
      expect((await runCowork(["clean", "a"], { home, cwd })).code).toBe(0);
    });
  });

  describe("init --write-config", () => {
    it("writes the template to the project, where it works as the project's own configuration", async () => {
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
      expect(again.stderr).toContain("already has a dev container configuration");
      expect((await cowork("clean", "a")).code).toBe(0);
    });
  });
});

/** Public configurations often contain the path /workspaces/<folder>, because plain `devcontainer up` mounts the project there. */
describe("a configuration that contains the path /workspaces/<folder>", () => {
  let home: TestHome;
  let image: string;
  beforeAll(async () => {
    home = await temporaryHome();
    image = await ensureTestBaseImage();
  });
  afterAll(() => home.remove());

  const compose = (workspaceFolder: string, volume: string): Record<string, string> => ({
    ".devcontainer/devcontainer.json": JSON.stringify({
      dockerComposeFile: "c.yml",
      service: "app",
      workspaceFolder,
      postCreateCommand: "pwd >/tmp/created",
    }),
    ".devcontainer/c.yml": JSON.stringify({
      services: { app: { image, init: true, command: "sleep infinity", volumes: [volume] } },
    }),
  });
  const config = (more: Record<string, unknown>): Record<string, string> => ({
    ".devcontainer/devcontainer.json": JSON.stringify({ postCreateCommand: "pwd >/tmp/created", ...more }),
  });

  it.each<[string, string, () => Record<string, string>]>([
    ["workspaceFolder without workspaceMount", "shop", () => config({ image, workspaceFolder: "/workspaces/shop" })],
    ["a checkout of another name", "mall", () => config({ image, workspaceFolder: "/workspaces/shop" })],
    ["Compose that mounts the parent folder", "shop", () => compose("/workspaces/shop", "../..:/workspaces:cached")],
    [
      "Compose that mounts the project there from a checkout of another name",
      "mall",
      () => compose("/workspaces/${localWorkspaceFolderBasename}", "..:/workspaces/shop:cached"),
    ],
    [
      "a volume below it",
      "shop",
      () => config({ image, mounts: ["source=nm-${devcontainerId},target=/workspaces/shop/deps,type=volume"] }),
    ],
    [
      "a Dockerfile that copies to it",
      "shop",
      () => ({
        Dockerfile: `FROM ${image}\nWORKDIR /workspaces/shop\nRUN touch stale\n`,
        ...config({ build: { dockerfile: "../Dockerfile" } }),
      }),
    ],
  ])("%s", async (what, folder, files) => {
    const name = `${folder}-${what.length}`;
    const cwd = await sampleProject(home, "none", {
      name: `${name}/${folder}`,
      files: { ...files(), ".gitignore": "deps\n", ".cowork/.cowork.conf": `PROJECT=${name}\n` },
    });
    const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
    expect(await cowork("init", "a", "--trust")).toMatchObject({ code: 0 });
    const script = "pwd -P; cat /tmp/created; git status --porcelain; ls stale 2>&1; mountpoint -q deps && echo volume";
    const inside = (await cowork("connect", "a", "--", "sh", "-c", script)).stdout.trim().split("\n");
    const isVolume = what === "a volume below it";
    expect(inside.filter((line) => !line.includes("stale"))).toEqual([
      "/workspaces/shop",
      "/workspaces/shop",
      ...(isVolume ? ["volume"] : []),
    ]);
    expect(inside.find((line) => line.includes("stale"))).toMatch(/No such file/);
    expect((await cowork("clean", "a", "--force")).code).toBe(0);
  });
});

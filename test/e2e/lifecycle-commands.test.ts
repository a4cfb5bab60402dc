import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureTestBaseImage } from "../support/engine/engine.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { commitAll, sampleProject } from "../support/git/sample-project.ts";

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

import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureTestBaseImage } from "../support/engine/engine.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { remoteAccount } from "../support/remote/remote-account.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";

/** Everything that the host evaluates is shown, trusted once and taken from the start commit, so later edits have no effect. */
describe.each([
  ["this machine", temporaryHome],
  ["another machine over SSH", remoteAccount],
])("trust on %s", (_, account: () => Promise<TestHome>) => {
  let home: TestHome;
  let cwd: string;
  let canaries: string;
  const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
  const onHost = async (line: string): Promise<string> => (await home.machine.sh(line)).stdout;
  const canaryFiles = async (): Promise<string> => await onHost(`ls -A ${canaries}`);

  beforeAll(async () => {
    home = await account();
    canaries = join(dirname(home.machine.coworkHome), "canaries");
    const image = await ensureTestBaseImage();
    cwd = await sampleProject(home, "none", {
      files: {
        ".devcontainer/devcontainer.json": JSON.stringify({
          build: { dockerfile: "Dockerfile" },
          initializeCommand: "sh .devcontainer/init.sh",
          runArgs: ["--cap-add=SYS_PTRACE"],
        }),
        ".devcontainer/Dockerfile": `FROM ${image}\nRUN useradd -m dev\nUSER dev\n`,
        ".devcontainer/init.sh": "echo once >>.init-ran\n",
        ".gitignore": ".init-ran\n",
      },
    });
    await onHost(`mkdir ${canaries}`);
  });
  afterAll(() => home.remove());

  describe("trust", () => {
    it("is required: without a terminal init shows everything, creates nothing and exits with 4", async () => {
      const refused = await cowork("init", "a", "--json");
      expect(refused.code).toBe(4);
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "TRUST_REQUIRED" } });
      expect(refused.stderr).toContain("SYS_PTRACE");
      expect(refused.stderr).toContain("init.sh");
      expect((await home.machine.sh(`test -e ${join(home.machine.coworkHome, "sessions", "app-a")}`)).code).toBe(1);
    });

    it("given once with --trust is enough for further sessions with the same content", async () => {
      for (const words of [["a", "--trust"], ["b"]]) {
        const { code, stderr } = await cowork("init", ...words);
        expect(code, stderr).toBe(0);
      }
      const { stdout } = await cowork("connect", "a", "--", "cat", ".init-ran");
      expect(stdout).toBe("once\n");
    });

    it("does not cover later edits by an agent: no command runs them on the host", async () => {
      const evil = `touch ${canaries}/ran`;
      const config = JSON.stringify({
        image: "x",
        initializeCommand: evil,
        mounts: [`type=bind,source=${canaries},target=/canary`],
        postStartCommand: "touch /canary/mounted",
      });
      const compose = `services: {app: {image: x, volumes: ["${canaries}:/canary"]}}`;
      const script = [
        `printf '%s' '${config}' >.devcontainer/devcontainer.json`,
        `printf '%s' '${config}' >.devcontainer.json`,
        `printf '%s' '${compose}' >compose.yml`,
        `cp compose.yml .devcontainer/compose.yml`,
        `echo 'COMPOSE_FILE=compose.yml' >.env`,
        `echo '${evil}' >.devcontainer/init.sh`,
        `echo 'RUN ${evil}' >>.devcontainer/Dockerfile`,
        `git config core.fsmonitor '${evil}'`,
        `git config core.hooksPath "$PWD/hooks"; mkdir hooks; for h in post-checkout post-index-change pre-commit; do echo '${evil}' >hooks/$h; chmod +x hooks/$h; done`,
      ].join("\n");
      expect((await cowork("connect", "a", "--", "sh", "-c", script)).code).toBe(0);
      expect((await cowork("stop", "a")).code).toBe(0);
      expect((await cowork("start", "a")).code).toBe(0);
      for (const args of [["list"], ["status", "a"], ["clean", "a"], ["init", "a"], ["logs", "a"], ["doctor"]])
        await cowork(...args);
      expect(await canaryFiles()).toBe("");
      const { stdout } = await cowork("connect", "a", "--", "cat", ".init-ran");
      expect(stdout).toBe("once\n");
    });

    it("is required again by start --rebuild, and the session keeps running until it is given", async () => {
      const refused = await cowork("start", "a", "--rebuild", "--json");
      expect(refused.code).toBe(4);
      expect(await canaryFiles()).toBe("");
      expect((await cowork("connect", "a", "--", "true")).code).toBe(0);
    });

    it("is not needed for safety from links: the host never writes through one that a container created", async () => {
      const state = join(home.machine.coworkHome, "state", "app-b", "claude");
      const target = join(canaries, "linked");
      // The container could do the same: every file that the host writes there becomes a link to a file of the host.
      await onHost(
        `printf mine >${target}; for n in .claude.json settings.json CLAUDE.md; do ln -s ${target} ${state}/$n || :; done`,
      );
      await cowork("stop", "b");
      expect((await cowork("start", "b")).code).toBe(0);
      expect(await onHost(`cat ${target}`)).toBe("mine");
      expect((await cowork("clean", "--all", "--force")).code).toBe(0);
      expect(await onHost(`cat ${target}`)).toBe("mine");
    });
  });
});

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { buildOnce } from "../../support/home/built-file.ts";
import { ensureTestBaseImage } from "../../support/engine/engine.ts";
import { temporaryHome } from "../../support/home/home.ts";
import { ordinaryUser } from "../../support/home/ordinary-user.ts";
import { runAs, runCowork } from "../../support/home/run-cowork.ts";
import { git, sampleProject } from "../../support/git/sample-project.ts";

// Tests of the tests' own helpers.
beforeAll(buildOnce);

describe("temporaryHome", () => {
  it("runs the built file as a user does, with the Node in cowork's home, and can be removed", async () => {
    const home = await temporaryHome();
    try {
      const { code, stdout, stderr } = await runCowork(["--version"], { home, cwd: home.home });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^cowork \d/);
    } finally {
      await home.remove();
    }
    await expect(stat(home.folder)).rejects.toThrow("ENOENT");
  });

  it("removes its own containers and volumes and no others", async () => {
    const home = await temporaryHome();
    const other = await temporaryHome();
    const image = await ensureTestBaseImage();
    const run = async (hash: string): Promise<string> => {
      const label = `cowork.home=${hash}`;
      await execa("docker", ["volume", "create", "--label", label]);
      const { stdout } = await execa("docker", ["run", "-d", "--label", label, image, "sleep", "600"]);
      return stdout;
    };
    const [ours, theirs] = [await run(home.hash), await run(other.hash)];
    await home.remove();
    expect(await exists(ours)).toBe(false);
    expect(await exists(theirs)).toBe(true);
    await other.remove();
    expect(await exists(theirs)).toBe(false);
    const { stdout } = await execa("docker", ["volume", "ls", "-q", "--filter", `label=cowork.home=${other.hash}`]);
    expect(stdout).toBe("");
  });
});

describe("ordinaryUser", () => {
  it("creates a user in the group docker with another uid than 0 and 1000, who can run cowork", async () => {
    const user = await ordinaryUser();
    try {
      const { stdout } = await runAs(
        ["sh", "-c", "id -u; id -un; echo $HOME; docker version >/dev/null && echo engine"],
        { home: user, cwd: user.home },
      );
      expect(stdout).toBe(`${user.owner.uid}\n${user.name}\n${user.home}\nengine\n`);
      expect([0, 1000]).not.toContain(user.owner.uid);
      expect((await runCowork(["--version"], { home: user, cwd: user.home })).code).toBe(0);
      const root = await sampleProject(user, "none");
      expect((await stat(join(root, "README.md"))).uid).toBe(user.owner.uid);
    } finally {
      await user.remove();
    }
    const { exitCode } = await execa("id", [user.name], { reject: false });
    expect(exitCode).not.toBe(0);
    await expect(stat(user.home)).rejects.toThrow("ENOENT");
  });
});

describe("sampleProject", () => {
  it.each(["none", "image", "dockerfile", "features", "compose"] as const)(
    "%s: creates one commit on main and leaves nothing uncommitted",
    async (kind) => {
      await using home = await temporaryHome();
      const root = await sampleProject(home, kind, { name: "my app", files: { "src/x.sh": "#!/bin/sh\n" } });
      expect(await git(root, "rev-list", "--count", "main")).toBe("1");
      expect(await git(root, "status", "--porcelain")).toBe("");
      expect(await readFile(join(root, "src/x.sh"), "utf8")).toBe("#!/bin/sh\n");
      const config = await readFile(join(root, ".devcontainer/devcontainer.json"), "utf8").catch(() => undefined);
      expect(config === undefined).toBe(kind === "none");
    },
  );
});

async function exists(container: string): Promise<boolean> {
  const { exitCode } = await execa("docker", ["inspect", container], { reject: false });
  return exitCode === 0;
}

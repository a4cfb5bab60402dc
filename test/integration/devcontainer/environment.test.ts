import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probeEnvironment } from "../../../src/devcontainer/environment/environment.ts";
import type { ContainerDetail } from "../../../src/engine/types.ts";
import { connectContext } from "../../support/connect-context.ts";
import { removeContainers } from "../../support/engine/engine-fixture.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { tree } from "../../support/git/tree.ts";

const image = "cowork-test-environment:1";
const cli = join(tree, "node_modules/@devcontainers/cli/devcontainer.js");
/** Variables that a shell sets for itself, and TERM, which the CLI takes from its own terminal. */
const shellVariables = new Set(["PWD", "OLDPWD", "SHLVL", "_", "TERM"]);
const remoteEnv = { REMOTE: "from remoteEnv", PATH: "/remote/bin:${containerEnv:PATH}" };
let folder: string;

const dockerfile = `FROM ${testBaseImage}
ENV FROM_IMAGE=image PATH=/image/bin:$PATH
RUN useradd -m -s /bin/bash dev && useradd -m -s /usr/sbin/nologin closed && useradd -m -s /bin/bash hangs \\
 && printf '%s\\n' 'echo noise; echo more noise >&2' 'export PATH="$HOME/profile/bin:$PATH" FROM_PROFILE="two\\nlines"' '. ~/.bashrc' > /home/dev/.profile \\
 && printf '%s\\n' 'echo "from bashrc"' 'export PATH="$PATH:$HOME/rc/bin" FROM_BASHRC=yes FROM_IMAGE=changed REMOTE=lost' > /home/dev/.bashrc \\
 && echo 'read answer; sleep 60' > /home/hangs/.profile && rm /home/hangs/.bashrc
LABEL cowork.test=environment
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cowork-environment-"));
  await execa("docker", ["build", "-t", image, "-"], { input: dockerfile });
});
afterAll(async () => {
  await removeContainers("cowork.test=environment");
  await execa("docker", ["rmi", image], { reject: false });
  await rm(folder, { recursive: true, force: true });
});

interface Up {
  container: ContainerDetail;
  /** `devcontainer exec … env` */
  real: Record<string, string>;
}

/** Starts a dev container with the real CLI and reads the environment that it gives to programs. */
async function up(name: string, config: object): Promise<Up> {
  const ctx = connectContext(folder);
  const workspace = join(folder, name);
  await mkdir(join(workspace, ".devcontainer"), { recursive: true });
  await writeFile(
    join(workspace, ".devcontainer/devcontainer.json"),
    JSON.stringify({ image, remoteEnv, updateRemoteUserUID: false, ...config }),
  );
  const where = [
    "--workspace-folder",
    workspace,
    "--id-label",
    `cowork.test.name=${name}`,
    "--id-label",
    "cowork.test=environment",
  ];
  const started = await execa(process.execPath, [cli, "up", ...where]);
  const { containerId } = JSON.parse(started.stdout) as { containerId: string };
  const { stdout } = await execa(process.execPath, [cli, "exec", ...where, "cat", "/proc/self/environ"]);
  const container = await ctx.engine.findContainer(containerId);
  if (container === undefined) throw new Error(`no container ${containerId}`);
  return {
    container,
    real: Object.fromEntries(
      stdout
        .split("\0")
        .filter((line) => line.includes("="))
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    ),
  };
}

function withoutShells(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !shellVariables.has(name)));
}

/** The `remoteEnv` above with its variable replaced, as in the CLI's answer to `up`. */
const evaluated = (container: ContainerDetail): Record<string, string> => ({
  REMOTE: remoteEnv.REMOTE,
  PATH: `/remote/bin:${container.env["PATH"] ?? ""}`,
});

describe("probeEnvironment returns the environment of devcontainer exec", () => {
  test.each([
    ["dev", undefined],
    ["dev", "loginShell"],
    ["dev", "interactiveShell"],
    ["dev", "none"],
    ["root", undefined],
    ["closed", undefined],
  ])("for user %s with userEnvProbe %s", async (user, userEnvProbe) => {
    const probe = userEnvProbe === undefined ? {} : { userEnvProbe };
    const { container, real } = await up(`${user}-${userEnvProbe ?? "default"}`, { remoteUser: user, ...probe });
    const ctx = connectContext(folder);
    const question = { container, user, remoteEnv: evaluated(container), ...probe };
    const { variables: found } = await probeEnvironment(ctx, question);
    // the engine adds these if nothing else sets them
    expect(withoutShells({ HOME: real["HOME"] ?? "", HOSTNAME: real["HOSTNAME"] ?? "", ...found })).toEqual(
      withoutShells(real),
    );
    expect(found).toMatchObject({ REMOTE: "from remoteEnv" });
    expect(ctx.notes).toEqual([]);
  });

  test("when only startup files set PATH", async () => {
    const { container, real } = await up("path", { remoteUser: "dev", remoteEnv: {} });
    const { variables: found } = await probeEnvironment(connectContext(folder), {
      container,
      user: "dev",
      remoteEnv: {},
    });
    expect(found["PATH"]).toBe(real["PATH"]);
    expect(found["PATH"]).toMatch(/^\/home\/dev\/profile\/bin:.*\/image\/bin.*:\/home\/dev\/rc\/bin$/);
    expect(found).toMatchObject({ FROM_PROFILE: "two\\nlines", FROM_BASHRC: "yes", FROM_IMAGE: "changed" });
  });

  test("except when startup files hang: then it returns the container's environment and adds a note", async () => {
    const { container } = await up("hangs", { remoteUser: "root" });
    const ctx = connectContext(folder);
    const found = await probeEnvironment(ctx, {
      container,
      user: "hangs",
      remoteEnv: { REMOTE: "r" },
    });
    expect(found).toEqual({ variables: { ...container.env, REMOTE: "r" }, isFinal: true });
    expect(ctx.notes).toEqual([expect.stringContaining("longer than 10 s")]);
  });
});

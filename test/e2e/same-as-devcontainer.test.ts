import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, userEnvironment } from "../support/home/run-cowork.ts";
import { git, sampleFiles, sampleProject, type SampleKind } from "../support/git/sample-project.ts";
import { ensureTestBaseImage } from "../support/engine/engine.ts";
import { tree } from "../support/git/tree.ts";

// Compares a session's container with the one that plain `devcontainer up` creates for a plain clone. Everything except the
// additions listed here must be the same.

let home: TestHome;
let label: string;
beforeAll(async () => {
  home = await temporaryHome();
  label = `cowork.test=same-${home.hash}`;
});
afterAll(async () => {
  const project = "label=com.docker.compose.project=plain-compose_devcontainer";
  for (const filter of [`label=${label}`, project]) {
    const ids = await docker("ps", "-aq", "--filter", filter);
    if (ids !== "") await docker("rm", "-f", "-v", ...ids.split("\n"));
  }
  for (const kind of ["network", "volume"]) {
    const left = await docker(kind, "ls", "-q", "--filter", project);
    if (left !== "") await docker(kind, "rm", ...left.split("\n"));
  }
  await home?.remove();
});

const docker = async (...args: string[]): Promise<string> => (await execa("docker", args)).stdout;

/** The fields of `docker inspect` that are compared. */
interface Inspected {
  Config: {
    Env: string[] | null;
    User: string;
    Labels: Record<string, string>;
    Entrypoint: string[];
    Cmd: string[] | null;
  };
  HostConfig: Record<string, unknown> & { CapAdd: string[] | null };
  Mounts: { Type: string; Source: string; Destination: string; RW: boolean }[];
}

interface Shown {
  environment: string[];
  entrypoint: string[];
  mounts: string[];
  user: string;
  labels: string[];
  host: unknown;
  lifecycle: string;
  whoAndWhere: string;
}

const added = {
  // The session's name, the vault and the agent's folders, and the paths of the host's additional CA certificates.
  environment:
    /^((COWORK_SESSION|COWORK_PROJECT|CLAUDE_CONFIG_DIR|CLAUDE_SECURESTORAGE_CONFIG_DIR|DISABLE_AUTOUPDATER)=|[A-Z_]+=\/usr\/local\/share\/cowork\/)/,
  // ends the programs inside cleanly before the container stops
  entrypoint: "trap '/opt/cowork/bin/quiesce; exit 0' 15",
  mounts: /:(\/opt\/cowork|\/cowork\/|\/etc\/claude-code)/,
  // cowork's labels, those that contain the folder, and those of Compose
  labels: /^(cowork\.|devcontainer\.|com\.docker\.compose\.)/,
};

/**
 * A container of an image without a PATH gets Docker's default at start. cowork prepends a folder and therefore has to write the
 * default out. Programs see the same value.
 */
function withPath(environment: readonly string[]): readonly string[] {
  if (environment.some((line) => line.startsWith("PATH="))) return environment;
  return [...environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
}

/** The properties to compare, with the clone's name and path replaced. */
async function show(
  container: string,
  { clone, name }: { clone: string; name: string },
  exec: (...argv: string[]) => Promise<string>,
): Promise<Shown> {
  const [found] = JSON.parse(await docker("inspect", container)) as [Inspected];
  const neutral = (text: string): string => text.replaceAll(clone, "CLONE").replaceAll(name, "NAME");
  const {
    CapAdd,
    CapDrop,
    Privileged,
    SecurityOpt,
    Init,
    PidMode,
    IpcMode,
    Devices,
    UsernsMode,
    ShmSize,
    RestartPolicy,
  } = found.HostConfig;
  return {
    environment: withPath(found.Config.Env ?? [])
      .map((line) => neutral(line).replace("PATH=/opt/cowork/bin:", "PATH="))
      .filter((line) => !added.environment.test(line))
      .toSorted(),
    mounts: found.Mounts.map(({ Type, Source, Destination, RW }) =>
      neutral(`${Type} ${Type === "volume" ? "" : Source}:${Destination} ${RW}`),
    )
      .filter((line) => !added.mounts.test(line))
      .toSorted(),
    entrypoint: [...(found.Config.Entrypoint ?? []), ...(found.Config.Cmd ?? [])].map((word) =>
      neutral(word).replace(added.entrypoint, "").replaceAll(/\s+/g, " "),
    ),
    // an image that names no user runs as root
    user: found.Config.User || "root",
    labels: Object.keys(found.Config.Labels)
      .filter((key) => !added.labels.test(key))
      .toSorted(),
    host: {
      CapAdd,
      CapDrop,
      Privileged,
      SecurityOpt,
      Init,
      PidMode,
      IpcMode,
      Devices,
      UsernsMode,
      ShmSize,
      RestartPolicy,
    },
    lifecycle: await exec("cat", "/tmp/lifecycle"),
    whoAndWhere: neutral(
      await exec("sh", "-c", "id -un; pwd; echo $GREETING; cat /etc/greeting 2>/dev/null || :"),
    ).trimEnd(),
  };
}

const logStep = (what: string): string => `echo ${what} >>/tmp/lifecycle`;
const more = {
  containerEnv: { GREETING: "hello ${containerWorkspaceFolderBasename}" },
  remoteEnv: { REMOTE: "yes" },
  onCreateCommand: logStep("onCreate"),
  updateContentCommand: logStep("updateContent"),
  postCreateCommand: { one: logStep("postCreate") },
  postStartCommand: ["sh", "-c", logStep("postStart")],
  postAttachCommand: logStep("postAttach"),
};

const kinds: [SampleKind, Record<string, unknown>][] = [
  [
    "image",
    {
      runArgs: ["--cap-add=SYS_NICE", "--init", "--shm-size=32m"],
      mounts: ["type=volume,source=same-${devcontainerId},target=/data"],
    },
  ],
  ["dockerfile", {}],
  ["features", {}],
  ["compose", {}],
];

it.each(kinds)(
  "%s: the container differs from a plain dev container only in cowork's additions",
  async (kind, extra) => {
    const files = sampleFiles(kind, await ensureTestBaseImage());
    const path = ".devcontainer/devcontainer.json";
    const config = JSON.parse(files[path]!.replace(/^\/\/.*\n/, "")) as Record<string, unknown>;
    const name = `same-${kind}`;
    const text = JSON.stringify({
      ...config,
      ...(kind === "compose" ? { ...more, containerEnv: undefined } : more),
      ...extra,
    });
    const cwd = await sampleProject(home, kind, { name, files: { ...files, [path]: text } });

    const clone = join(home.folder, `plain-${kind}`);
    await git(cwd, "clone", "-q", cwd, clone);
    const cli = join(tree, "node_modules", "@devcontainers", "cli", "devcontainer.js");
    const plain = async (...args: string[]): Promise<string> =>
      (await execa(process.execPath, [cli, ...args], { env: userEnvironment(home), extendEnv: false, cwd: clone }))
        .stdout;
    const id = ["--workspace-folder", clone, "--id-label", label, "--id-label", `cowork.kind=${kind}`];
    const { containerId } = JSON.parse(await plain("up", ...id)) as { containerId: string };

    const made = await runCowork(["init", "a", "--trust"], { home, cwd });
    expect(made.code, made.stderr).toBe(0);
    const hash = `label=cowork.home=${home.hash}`;
    const own = await docker("ps", "-q", "--no-trunc", "--filter", hash, "--filter", `label=cowork.session=${name}-a`);
    const containers = own.split("\n");
    const inside = async (...argv: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCowork(["connect", "a", "--", ...argv], { home, cwd });
      if (code !== 0) throw new Error(stderr);
      return stdout.trimEnd();
    };
    const { stdout: list } = await runCowork(["list", "--json"], { home, cwd });
    const main = (JSON.parse(list) as { sessions: { container: { id: string } }[] }).sessions[0]!.container.id;
    expect(containers).toContain(main);
    const session = join(home.coworkHome, "sessions", `${name}-a`);
    const ours = await show(main, { clone: session, name }, inside);
    const theirs = await show(containerId, { clone, name: `plain-${kind}` }, (...argv) =>
      plain("exec", ...id, ...argv),
    );
    expect(ours).toEqual(theirs);
    expect(ours.lifecycle).toMatch(/^onCreate\nupdateContent\npostCreate\npostStart/);
  },
);

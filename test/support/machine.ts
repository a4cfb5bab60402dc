import { execa } from "execa";
import { type GenericContainer, Wait } from "testcontainers";
import { atOnce, TestContainer } from "./engine/container.ts";
import { ensureTestBaseImage } from "./engine/engine.ts";
import { treeArchive } from "./git/tree.ts";
import { builtFile } from "./home/built-file.ts";

/** A second machine: a container that can run its own Docker Engine and has nothing that cowork needs. */
export interface Machine {
  container: string;
  /** IP address on the engine's bridge network */
  address: string;
  /** runs a shell line in it as root; an exit code other than 0 is a result */
  sh(line: string, options?: MachineOptions): Promise<{ code: number; stdout: string; stderr: string }>;
  /** copies the source tree as it is, without what git ignores, to `/src` */
  copyTree(): Promise<void>;
  /** copies the built file to its place in that tree, as `npm run build` would have left it there */
  copyBuilt(): Promise<void>;
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface MachineOptions {
  timeoutMs?: number;
  input?: string;
}

// What an engine inside a container needs when --privileged is not available.
const capabilities = [
  "SYS_ADMIN",
  "NET_ADMIN",
  "SYS_PTRACE",
  "SYS_MODULE",
  "MKNOD",
  "DAC_READ_SEARCH",
  "IPC_LOCK",
  "SYS_NICE",
] as const;

const extras = {
  volumes: ["/var/lib/docker"],
  host: { CgroupnsMode: "host", DeviceCgroupRules: ["a *:* rwm"] },
};

type Mount = Parameters<GenericContainer["withBindMounts"]>[0][number];

/** Options of `startMachine`. */
export interface MachineRequest {
  /** default the tests' base image */
  image?: string;
  /** mounts of a volume or a folder of this machine */
  mounts?: readonly Mount[];
  /** shell line to run at start */
  boot?: string;
  /** shell line that succeeds when the machine is ready */
  ready?: string;
  /** share one machine among all callers with the same request, until it is removed */
  reuse?: boolean;
  labels?: Record<string, string>;
}

/**
 * Starts a machine with an empty disk. It trusts the CA certificates installed on this machine, as a company's machine
 * would.
 * @param test value of the label `cowork.test`
 */
export async function startMachine(test: string, request: MachineRequest = {}): Promise<Machine> {
  const { mounts = [], boot = "true", ready = "true", reuse = false, labels = {} } = request;
  const authorities = "/usr/local/share/ca-certificates";
  const proxies = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const first = "mount -o remount,rw /proc/sys; update-ca-certificates >/dev/null 2>&1";
  const definition = new TestContainer(test, request.image ?? (await ensureTestBaseImage()), extras)
    .withLabels(labels)
    .withAddedCapabilities(...capabilities)
    .withSecurityOpt("seccomp=unconfined", "apparmor=unconfined")
    .withBindMounts([
      { source: "/sys/fs/cgroup", target: "/sys/fs/cgroup", mode: "rw" },
      { source: authorities, target: authorities, mode: "ro" },
      ...mounts,
    ])
    .withEnvironment(Object.fromEntries(proxies))
    .withCommand(["bash", "-c", `${first}; ${boot}; exec sleep infinity`])
    .withWaitStrategy(Wait.forSuccessfulCommand(ready))
    .withStartupTimeout(120_000);
  const started = await (reuse ? definition.withReuse() : definition).start();
  const container = started.getId();
  const sh: Machine["sh"] = async (line, options = {}) => {
    const { exitCode, stdout, stderr } = await execa("docker", ["exec", "-i", container, "bash", "-c", line], {
      input: options.input ?? "",
      reject: false,
      timeout: options.timeoutMs ?? 240_000,
    });
    return { code: exitCode ?? 128, stdout, stderr };
  };
  const copyTree = async (): Promise<void> => {
    await execa("docker", ["exec", "-i", container, "sh", "-c", "mkdir -p /src && tar -C /src --no-same-owner -xf -"], {
      input: await treeArchive(),
    });
  };
  const copyBuilt = async (): Promise<void> => {
    const put = "mkdir -p /src/dist && cat >/src/dist/cowork && chmod 755 /src/dist/cowork";
    await execa("docker", ["exec", "-i", container, "sh", "-c", put], { inputFile: builtFile });
  };
  const remove = async (): Promise<void> => {
    await started.stop(atOnce);
  };
  const address = started.getIpAddress("bridge");
  return { container, address, sh, copyTree, copyBuilt, remove, [Symbol.asyncDispose]: remove };
}

/** Creates the user `tess` with password-less sudo. Returns a function that wraps a shell line to run in a new login shell of hers. */
export async function ordinaryUserOf(machine: Machine): Promise<(line: string) => string> {
  const made = await machine.sh(
    "apt-get update -q && apt-get install -q -y --no-install-recommends sudo && useradd --create-home --shell /bin/bash --uid 1500 tess && " +
      "echo 'tess ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/tess",
  );
  if (made.code !== 0) throw new Error(made.stderr);
  return (line) =>
    `cd / && setpriv --reuid=tess --regid=tess --init-groups env HOME=/home/tess USER=tess bash -lc '${line}'`;
}

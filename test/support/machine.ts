import { execa } from "execa";
import { ensureTestBaseImage } from "./engine.ts";
import { treeArchive } from "./tree.ts";

/** A second machine: a container that can run a Docker Engine of its own, without anything that cowork needs. */
export interface Machine {
  container: string;
  /** runs a shell line in it as root; an exit code other than 0 is a result */
  sh(line: string, options?: MachineOptions): Promise<{ code: number; stdout: string; stderr: string }>;
  /** copies the source tree as it is, without what git ignores, to `/src` */
  copyTree(): Promise<void>;
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface MachineOptions {
  timeoutMs?: number;
  input?: string;
}

// Docker in a container, where --privileged is not to be had.
const capabilities = [
  "SYS_ADMIN",
  "NET_ADMIN",
  "SYS_PTRACE",
  "SYS_MODULE",
  "MKNOD",
  "DAC_READ_SEARCH",
  "IPC_LOCK",
  "SYS_NICE",
];
const flags = [
  ...capabilities.map((name) => `--cap-add=${name}`),
  "--security-opt=seccomp=unconfined",
  "--security-opt=apparmor=unconfined",
  "--cgroupns=host",
  "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
  "--device-cgroup-rule=a *:* rwm",
  "--volume=/var/lib/docker",
];

/**
 * Starts one with a memory of its own; the TLS authorities of this machine's administrator are known there, as in a company.
 * @param more arguments for `docker run`
 */
export async function startMachine(test: string, from?: string, more: readonly string[] = []): Promise<Machine> {
  const image = from ?? (await ensureTestBaseImage());
  const authorities = ["-v", "/usr/local/share/ca-certificates:/usr/local/share/ca-certificates:ro"];
  const proxies = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [
    "-e",
    name,
  ]);
  const boot = "mount -o remount,rw /proc/sys; update-ca-certificates >/dev/null 2>&1; exec sleep infinity";
  const command = [
    "run",
    "-d",
    "--init",
    "--label",
    `cowork.test=${test}`,
    ...flags,
    ...more,
    ...authorities,
    ...proxies,
    image,
    "sh",
    "-c",
    boot,
  ];
  const { stdout: container } = await execa("docker", command);
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
  const remove = async (): Promise<void> => {
    await execa("docker", ["rm", "-f", "-v", container], { reject: false });
  };
  return { container, sh, copyTree, remove, [Symbol.asyncDispose]: remove };
}

/** Makes the user `tess` there, with sudo that asks nothing. Gives what turns a shell line into one of a new login of hers. */
export async function ordinaryUserOf(machine: Machine): Promise<(line: string) => string> {
  const made = await machine.sh(
    "apt-get update -q && apt-get install -q -y --no-install-recommends sudo && useradd --create-home --shell /bin/bash --uid 1500 tess && " +
      "echo 'tess ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/tess",
  );
  if (made.code !== 0) throw new Error(made.stderr);
  return (line) =>
    `cd / && setpriv --reuid=tess --regid=tess --init-groups env HOME=/home/tess USER=tess bash -lc '${line}'`;
}

import { createHash } from "node:crypto";
import { execa } from "execa";
import { templateBase } from "../../../src/devcontainer/image/template.ts";
import { baseArchive } from "../engine/base-archive.ts";
import { ensureTestBaseImage, hasImage, testBaseImage } from "../engine/engine.ts";
import { giveAccess, type SshAccessOptions } from "./ssh-access.ts";
import type { TestHome } from "../home/home.ts";
import { startMachine, type Machine, type MachineRequest } from "../machine.ts";

/** A machine for sessions: sshd, git and its own engine; no cowork, and no Node on the PATH. */
export interface RemoteMachine extends Machine {
  /** known_hosts lines for a host name */
  hostKeys(name: string): Promise<string>;
  /** gives a local account access with `ssh <alias>`: writes key, known host and alias to its `~/.ssh`; as root by default */
  giveAccess(home: TestHome, alias: string, options?: SshAccessOptions): Promise<void>;
}

/**
 * Starts a machine for one test, which may pause it, fill its disk or cut its network.
 * @param more additional machine options
 */
export async function startRemoteMachine(test: string, more: Partial<MachineRequest> = {}): Promise<RemoteMachine> {
  const archive = await baseArchive();
  return remoteMachine(
    await startMachine(test, {
      ...more,
      image: more.image ?? (await ensureHostImage()),
      mounts: [...(more.mounts ?? []), { source: archive, target: "/var/cache/base.tar", mode: "ro" }],
      boot: boot.join("; "),
      // dockerd reports itself ready before the images are loaded.
      ready: "test -e /run/ready",
    }),
  );
}

// The tests' base image also serves as the template's base image, so no registry is needed.
const boot = [
  "/usr/sbin/sshd -o PerSourcePenalties=no -o MaxStartups=100",
  "(setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &)",
  "until docker info >/dev/null 2>&1; do sleep 0.3; done",
  "docker load -q -i /var/cache/base.tar",
  `docker tag ${testBaseImage} ${templateBase}`,
  "touch /run/ready",
];

function remoteMachine(machine: Machine): RemoteMachine {
  const hostKeys = async (name: string): Promise<string> => {
    const { stdout } = await machine.sh("cat /etc/ssh/ssh_host_*_key.pub");
    const keys = stdout.trim().split("\n");
    return keys.map((line) => `${name} ${line.split(" ").slice(0, 2).join(" ")}\n`).join("");
  };
  return {
    ...machine,
    hostKeys,
    giveAccess: async (home, alias, options = {}) => await giveAccess({ ...machine, hostKeys }, home, alias, options),
  };
}

/** Makes sure that the image of remote machines exists. It includes Compose. Returns its tag. */
export async function ensureHostImage(packages: readonly string[] = []): Promise<string> {
  const base = await ensureTestBaseImage();
  const all = ["openssh-server", "docker.io", "docker-cli", "docker-compose", "iptables", ...packages];
  const dockerfile = [
    `FROM ${base}`,
    `RUN apt-get update && apt-get install -y --no-install-recommends ${all.join(" ")} \\`,
    " && rm -rf /var/lib/apt/lists/* && mkdir -p /run/sshd && ssh-keygen -A",
    "LABEL cowork.test=host",
  ].join("\n");
  const image = `cowork-test-host:${createHash("sha256").update(dockerfile).digest("hex").slice(0, 12)}`;
  if (await hasImage(image)) return image;
  await execa("docker", ["build", "-t", image, "-"], { input: dockerfile, timeout: 600_000 });
  return image;
}

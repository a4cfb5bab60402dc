import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { asRoot } from "../home/as-root.ts";
import { atOnce, TestContainer } from "../engine/container.ts";
import { ensureTestBaseImage, hasImage } from "../engine/engine.ts";

const image = "cowork-test-ssh:trixie";

/** A container with a git repository behind a real sshd, and real SSH agents whose sockets are on this machine. */
export interface SshServer {
  /** address on the engine's network */
  address: string;
  /** URL of the bare repository that the key may push to */
  url: string;
  /** the server's host key as a known_hosts line */
  knownHost: string;
  /** starts an agent with the key; returns its socket, for SSH_AUTH_SOCK, and a function that ends it */
  startAgent(): Promise<{ socket: string; end: () => Promise<void> }>;
  /** the commit of a ref in the repository */
  tip(ref: string): Promise<string>;
  remove(): Promise<void>;
}

/** @param folder local folder for the agents' sockets */
export async function startSshServer(test: string, folder: string): Promise<SshServer> {
  await ensureSshImage();
  await mkdir(folder, { recursive: true });
  const agentSockets = { source: folder, target: "/agents", mode: "rw" } as const;
  const started = await new TestContainer(test, image).withBindMounts([agentSockets]).start();
  const id = started.getId();
  const sh = async (line: string): Promise<string> => (await execa("docker", ["exec", id, "sh", "-ec", line])).stdout;
  const address = started.getIpAddress("bridge");
  const key = await sh("cat /etc/ssh/ssh_host_ed25519_key.pub");
  let agents = 0;
  return {
    address,
    url: `ssh://git@${address}/home/git/app.git`,
    knownHost: `${address} ${key.split(" ").slice(0, 2).join(" ")}\n`,
    startAgent: async () => {
      const name = `agent-${(agents += 1)}`;
      const pid = await sh(`eval "$(ssh-agent -a /agents/${name})" >&2; ssh-add -q /key; echo "$SSH_AGENT_PID"`);
      return { socket: join(folder, name), end: async () => void (await sh(`kill ${pid}`)) };
    },
    tip: async (ref) => await sh(`git -c safe.directory=* -C /home/git/app.git rev-parse ${ref}`),
    remove: async () => {
      await started.stop(atOnce);
      await asRoot("rm", ["-rf", folder]);
    },
  };
}

export async function ensureSshImage(): Promise<string> {
  if (await hasImage(image)) return image;
  const dockerfile = [
    `FROM ${await ensureTestBaseImage()}`,
    "RUN apt-get update && apt-get install -y --no-install-recommends openssh-server && rm -rf /var/lib/apt/lists/*",
    "RUN useradd -m -p '*' git && git init -q --bare /home/git/app.git && chown -R git: /home/git && mkdir -p /run/sshd \\",
    " && ssh-keygen -q -t ed25519 -N '' -f /key && install -D -o git -m 600 /key.pub /home/git/.ssh/authorized_keys && chown git: /home/git/.ssh",
    'CMD ["/usr/sbin/sshd", "-D", "-e"]',
    "LABEL cowork.test=ssh",
  ];
  await execa("docker", ["build", "-t", image, "-"], { input: dockerfile.join("\n"), timeout: 300_000 });
  return image;
}

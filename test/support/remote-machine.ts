import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ensureTestBaseImage, hasImage, testBaseImage } from "./engine.ts";
import type { TestHome } from "./home.ts";
import { startMachine, type Machine } from "./machine.ts";

const image = "cowork-test-host:trixie";

/** A machine that sessions can live on: sshd, git and an engine of its own; no Node, no cowork, no tmux. */
export interface RemoteMachine extends Machine {
  /** on the engine's network */
  address: string;
  /** lines of known_hosts for a name */
  hostKeys(name: string): Promise<string>;
  /** lets a person of this machine in as root, as `ssh <alias>`: key, known host and alias in `~/.ssh` */
  letIn(home: TestHome, alias: string, options?: { lines?: string[]; known?: boolean }): Promise<void>;
}

/** @param options.engine false: its engine is not started */
export async function startRemoteMachine(test: string, options: { engine?: boolean } = {}): Promise<RemoteMachine> {
  const machine = await startMachine(test, await ensureHostImage());
  const format = "{{.NetworkSettings.IPAddress}}";
  const { stdout: address } = await execa("docker", ["inspect", "-f", format, machine.container]);
  const ok = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await machine.sh(line);
    if (code !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
    return stdout;
  };
  await ok("/usr/sbin/sshd -o PerSourcePenalties=no -o MaxStartups=100");
  if (options.engine !== false) {
    await ok(
      "(setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &) ; for i in $(seq 100); do docker info >/dev/null 2>&1 && exit 0; sleep 0.3; done; exit 1",
    );
    const save = execa("docker", ["save", testBaseImage], { buffer: false });
    await save.pipe("docker", ["exec", "-i", machine.container, "docker", "load"]);
  }
  const hostKeys = async (name: string): Promise<string> => {
    const lines = (await ok("cat /etc/ssh/ssh_host_*_key.pub")).trim().split("\n");
    return lines.map((line) => `${name} ${line.split(" ").slice(0, 2).join(" ")}\n`).join("");
  };
  return {
    ...machine,
    address,
    hostKeys,
    letIn: async (home, alias, { lines = [], known = true } = {}) => {
      const folder = join(home.home, ".ssh");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const key = join(folder, "id_test");
      const publicKey = await readFile(`${key}.pub`, "utf8").catch(() => undefined);
      if (publicKey === undefined) {
        // Made over there: this machine may have no OpenSSH.
        await ok("rm -f /tmp/key*; ssh-keygen -q -t ed25519 -N '' -f /tmp/key");
        await writeFile(key, await ok("cat /tmp/key"), { mode: 0o600 });
        await writeFile(`${key}.pub`, await ok("cat /tmp/key.pub"));
      }
      await ok(
        `install -d -m 700 /root/.ssh; echo '${(await readFile(`${key}.pub`, "utf8")).trim()}' >> /root/.ssh/authorized_keys`,
      );
      const before = await readFile(join(folder, "config"), "utf8").catch(() => "");
      const own = [`Host ${alias}`, `HostName ${address}`, "User root", `IdentityFile ${key}`, ...lines].join("\n  ");
      await writeFile(join(folder, "config"), `${before}${own}\n\n`);
      await chmod(join(folder, "config"), 0o600);
      const knownBefore = await readFile(join(folder, "known_hosts"), "utf8").catch(() => "");
      if (known) await writeFile(join(folder, "known_hosts"), knownBefore + (await hostKeys(address)));
    },
  };
}

async function ensureHostImage(): Promise<string> {
  const base = await ensureTestBaseImage();
  if (await hasImage(image)) return image;
  const dockerfile = [
    `FROM ${base}`,
    "RUN apt-get update && apt-get install -y --no-install-recommends openssh-server docker.io docker-cli iptables \\",
    " && rm -rf /var/lib/apt/lists/* && mkdir -p /run/sshd && ssh-keygen -A",
    "LABEL cowork.test=host",
  ];
  await execa("docker", ["build", "-t", image, "-"], { input: dockerfile.join("\n"), timeout: 600_000 });
  return image;
}

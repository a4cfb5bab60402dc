import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { templateBase } from "../../src/devcontainer/template.ts";
import { ensureTestBaseImage, hasImage, testBaseImage } from "./engine.ts";
import type { TestHome } from "./home.ts";
import { startMachine, type Machine } from "./machine.ts";

/** What agents' programs are kept in from one machine to the next: they are large, and each machine would fetch them anew. */
const agentsCache = { volume: "cowork-test-agents", folder: "/var/cache/cowork-agents" };
const agents = "/root/.cowork/lib/agents";

/** A machine that sessions can live on: sshd, git and an engine of its own; no Node, no cowork, no tmux. */
export interface RemoteMachine extends Machine {
  /** on the engine's network */
  address: string;
  /** lines of known_hosts for a name */
  hostKeys(name: string): Promise<string>;
  /** lets a person of this machine in as root, as `ssh <alias>`: key, known host and alias in `~/.ssh` */
  letIn(home: TestHome, alias: string, options?: LetInOptions): Promise<void>;
}

export interface LetInOptions {
  /** more lines for the alias */
  lines?: readonly string[];
  /** false: its host key is not known to the person */
  known?: boolean;
  /** what it is called from where the connection is made; its address on the engine's network without */
  hostName?: string;
}

export interface RemoteMachineOptions {
  /** false: its engine is not started */
  engine?: boolean;
  /** agents that another machine's cowork has installed lie there already */
  keepAgents?: boolean;
  /** Debian's packages that it has besides */
  packages?: readonly string[];
}

export async function startRemoteMachine(test: string, options: RemoteMachineOptions = {}): Promise<RemoteMachine> {
  const { engine = true, keepAgents = false, packages = [] } = options;
  const cache = ["-v", `${agentsCache.volume}:${agentsCache.folder}`];
  const machine = await startMachine(test, await ensureHostImage(packages), keepAgents ? cache : []);
  const format = "{{.NetworkSettings.IPAddress}}";
  const { stdout: address } = await execa("docker", ["inspect", "-f", format, machine.container]);
  const ok = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await machine.sh(line);
    if (code !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
    return stdout;
  };
  await ok("/usr/sbin/sshd -o PerSourcePenalties=no -o MaxStartups=100");
  if (keepAgents)
    await ok(`install -d -m 700 /root/.cowork; mkdir -p ${agents}; cp -a ${agentsCache.folder}/. ${agents}`);
  if (engine) {
    await ok(
      "(setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &) ; for i in $(seq 100); do docker info >/dev/null 2>&1 && exit 0; sleep 0.3; done; exit 1",
    );
    const save = execa("docker", ["save", testBaseImage], { buffer: false });
    await save.pipe("docker", ["exec", "-i", machine.container, "docker", "load"]);
    // What the template stands on: no registry is needed for it either.
    await ok(`docker tag ${testBaseImage} ${templateBase}`);
  }
  const hostKeys = async (name: string): Promise<string> => {
    const lines = (await ok("cat /etc/ssh/ssh_host_*_key.pub")).trim().split("\n");
    return lines.map((line) => `${name} ${line.split(" ").slice(0, 2).join(" ")}\n`).join("");
  };
  const remove = async (): Promise<void> => {
    if (keepAgents) await machine.sh(keepNew);
    await machine.remove();
  };
  return {
    ...machine,
    remove,
    [Symbol.asyncDispose]: remove,
    address,
    hostKeys,
    letIn: async (home, alias, { lines = [], known = true, hostName = address } = {}) => {
      const folder = join(home.home, ".ssh");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const key = join(folder, "id_test");
      const publicKey = await readFile(`${key}.pub`, "utf8").catch(() => undefined);
      if (publicKey === undefined) {
        // Made over there: this machine may have no OpenSSH.
        await ok("rm -f /tmp/key*; ssh-keygen -q -t ed25519 -N '' -f /tmp/key");
        await writeFile(key, `${(await ok("cat /tmp/key")).trimEnd()}\n`, { mode: 0o600 });
        await writeFile(`${key}.pub`, await ok("cat /tmp/key.pub"));
      }
      await ok(
        `install -d -m 700 /root/.ssh; echo '${(await readFile(`${key}.pub`, "utf8")).trim()}' >> /root/.ssh/authorized_keys`,
      );
      const before = await readFile(join(folder, "config"), "utf8").catch(() => "");
      const own = [`Host ${alias}`, `HostName ${hostName}`, "User root", `IdentityFile ${key}`, ...lines].join("\n  ");
      await writeFile(join(folder, "config"), `${before}${own}\n\n`);
      await chmod(join(folder, "config"), 0o600);
      const knownBefore = await readFile(join(folder, "known_hosts"), "utf8").catch(() => "");
      if (known) await writeFile(join(folder, "known_hosts"), knownBefore + (await hostKeys(hostName)));
    },
  };
}

// Each agent's version at once, by a rename: other machines read the folder meanwhile.
const keepNew = `cd ${agents} && for v in */[0-9]*; do c=${agentsCache.folder}/$v; [ -e "$c" ] || { mkdir -p "\${c%/*}" && t=\${c%/*}/.in-$(hostname) && cp -a "$v" "$t" && mv -T "$t" "$c"; }; done`;

/** Compose is there, as on the machines of the other tests. */
async function ensureHostImage(packages: readonly string[]): Promise<string> {
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

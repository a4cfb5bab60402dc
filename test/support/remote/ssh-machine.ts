import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Question } from "../../../src/contract/questions.ts";
import type { SecretQuestion } from "../../../src/events.ts";
import type { RemoteContext } from "../../../src/remote/types.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { atOnce, TestContainer } from "../engine/container.ts";
import { ensureSshImage } from "./ssh-server.ts";

/** A container with its own sshd. */
export interface SshMachine {
  id: string;
  /** IP address on the engine's bridge network */
  address: string;
  sh(line: string): Promise<string>;
  /** authorizes a public key for this user */
  authorize(publicKey: string, user?: string): Promise<void>;
  /** known_hosts lines */
  hostKeys(name?: string): Promise<string>;
  remove(): Promise<void>;
}

/** @param sshd options of sshd that override its configuration */
export async function startSshMachine(test: string, sshd: readonly string[] = []): Promise<SshMachine> {
  const image = await ensureSshImage();
  // All failed logins of the tests come from one address, which sshd would block.
  const options = ["PerSourcePenalties=no", ...sshd].flatMap((line) => ["-o", line]);
  // New host keys: with the image's keys all machines would look like one.
  const keys = 'rm -f /etc/ssh/ssh_host_*; ssh-keygen -q -A; exec /usr/sbin/sshd -D -e "$@"';
  const argv = ["sh", "-c", keys, "sh", ...options];
  const started = await new TestContainer(test, image).withCommand(argv).start();
  const id = started.getId();
  const sh = async (line: string): Promise<string> => (await execa("docker", ["exec", id, "sh", "-ec", line])).stdout;
  const address = started.getIpAddress("bridge");
  await untilListens(address);
  await sh("id person 2>/dev/null || useradd -m -s /bin/bash -p '*' person");
  return {
    id,
    address,
    sh,
    authorize: async (publicKey, user = "person") => {
      const folder = `/home/${user}/.ssh`;
      await sh(`install -d -o ${user} -m 700 ${folder}; echo '${publicKey.trim()}' >> ${folder}/authorized_keys`);
      await sh(`chown ${user} ${folder}/authorized_keys; chmod 600 ${folder}/authorized_keys`);
    },
    hostKeys: async (name = address) => {
      const lines = (await sh("cat /etc/ssh/ssh_host_*_key.pub")).split("\n");
      return lines.map((line) => `${name} ${line.split(" ").slice(0, 2).join(" ")}\n`).join("");
    },
    remove: async () => void (await started.stop(atOnce)),
  };
}

async function untilListens(address: string): Promise<void> {
  for (;;) {
    const socket = connect(22, address);
    const answers = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answers) return;
    await new Promise((done) => void setTimeout(done, 50));
  }
}

/** An ssh user with a temporary home: keys, configuration, and scripted answers to questions. */
export interface SshPerson {
  home: string;
  ctx: RemoteContext;
  asked: Question[];
  secretsAsked: SecretQuestion[];
  log: string[];
  /** writes a file of `~/.ssh` */
  write(name: string, text: string): Promise<string>;
  /** generates a key pair and returns the public key */
  key(name: string, options?: { passphrase?: string; type?: string }): Promise<string>;
  remove(): Promise<void>;
}

export async function sshPerson(
  answers: { yes?: boolean; secrets?: (string | undefined)[]; env?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<SshPerson> {
  const home = await mkdtemp(join(tmpdir(), "cowork-ssh-"));
  const folder = join(home, ".ssh");
  await mkdir(folder, { mode: 0o700 });
  const [asked, secretsAsked, log]: [Question[], SecretQuestion[], string[]] = [[], [], []];
  const secrets = [...(answers.secrets ?? [])];
  const env = { PATH: process.env["PATH"], HOME: home, ...answers.env };
  return {
    home,
    asked,
    secretsAsked,
    log,
    ctx: {
      env,
      user: { home, name: "person", uid: userInfo().uid },
      run: createRun({ env }),
      ask: async (question) => asked.push(question) > 0 && answers.yes === true,
      askSecret: async (question) => (secretsAsked.push(question), secrets.shift()),
      log: (line) => void log.push(line),
      signal: answers.signal ?? new AbortController().signal,
      clock: systemClock,
    },
    write: async (name, text) => {
      await writeFile(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    },
    key: async (name, { passphrase = "", type = "ed25519" } = {}) => {
      const file = join(folder, name);
      await execa("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", name, "-f", file]);
      return (await execa("ssh-keygen", ["-y", "-P", passphrase, "-f", file])).stdout;
    },
    remove: async () => await rm(home, { recursive: true, force: true }),
  };
}

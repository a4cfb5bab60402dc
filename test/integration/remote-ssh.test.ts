import { createHash, randomBytes } from "node:crypto";
import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CoworkError } from "../../src/errors.ts";
import { connectSsh } from "../../src/remote/ssh/connect.ts";
import type { Channel, Connection, ConnectOptions, Target } from "../../src/remote/types.ts";
import { ensureSshClient } from "../support/remote/ssh-client.ts";
import { sshPerson, startSshMachine, type SshMachine, type SshPerson } from "../support/remote/ssh-machine.ts";

const label = "remote-ssh";
let machine: SshMachine;
const people: SshPerson[] = [];

beforeAll(async () => {
  await ensureSshClient();
  machine = await startSshMachine(label);
});
afterAll(async () => await machine.remove());
afterEach(async () => {
  for (const person of people.splice(0)) await person.remove();
});

async function newPerson(...args: Parameters<typeof sshPerson>): Promise<SshPerson> {
  const person = await sshPerson(...args);
  people.push(person);
  return person;
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all;
}

async function result(channel: Channel): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr, { code }] = await Promise.all([textOf(channel.stdout), textOf(channel.stderr), channel.exit]);
  return { code, stdout, stderr };
}

/** Connections to close at the end of the test. */
const open: Connection[] = [];
async function connect(person: SshPerson, target: string | Target, options: ConnectOptions = {}): Promise<Connection> {
  const where = typeof target === "string" ? { destination: target } : target;
  const connection = await connectSsh(person.ctx, where, options);
  open.push(connection);
  return connection;
}
afterEach(() => open.splice(0).forEach((connection) => connection.close()));

async function failure(work: Promise<unknown>): Promise<CoworkError> {
  const error = await work.then(
    () => new Error("it worked"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CoworkError)) throw new Error(`no CoworkError: ${String(error)}`);
  return error;
}

async function run(connection: Connection, command: string): Promise<Awaited<ReturnType<typeof result>>> {
  return await result(await connection.exec(command));
}

const to = (where: SshMachine): string => `person@${where.address}`;

/** A person whose key the machine accepts and whose known_hosts contains the machine. */
async function knownPerson(...args: Parameters<typeof sshPerson>): Promise<SshPerson> {
  const person = await newPerson(...args);
  await machine.authorize(await person.key("id_ed25519"));
  await person.write("known_hosts", await machine.hostKeys());
  return person;
}

const typed =
  (type: string): ((line: string) => boolean) =>
  (line) =>
    line.split(" ")[1] === type;

async function keysOf(where: SshMachine, name: string, type: string): Promise<string> {
  const lines = (await where.hostKeys(name)).split("\n").filter(typed(type));
  return `${lines.join("\n")}\n`;
}

describe("a command", () => {
  test("returns its output, and its exit code or signal", async () => {
    const person = await knownPerson();
    const connection = await connect(person, to(machine));
    expect(await run(connection, "echo out; echo err >&2; exit 7")).toEqual({
      code: 7,
      stdout: "out\n",
      stderr: "err\n",
    });
    const killed = await connection.exec("kill -TERM $$");
    killed.stdout.resume();
    expect(await killed.exit).toEqual({ code: null, signal: "SIGTERM" });
    connection.close();
    expect(await connection.gone).toBeUndefined();
    expect((await failure(connection.exec("true"))).code).toBe("HOST_UNREACHABLE");
  });

  test("transfers large data completely, in several channels at the same time", async () => {
    const connection = await connect(await knownPerson(), to(machine));
    const bytes = randomBytes(12 * 1024 * 1024);
    const hash = createHash("sha256").update(bytes).digest("hex");
    const back = async (): Promise<string> => {
      const channel = await connection.exec("cat");
      channel.stdin.end(bytes);
      const seen = createHash("sha256");
      for await (const chunk of channel.stdout) seen.update(chunk as Buffer);
      expect(await channel.exit).toMatchObject({ code: 0 });
      return seen.digest("hex");
    };
    expect(await Promise.all([back(), back(), back()])).toEqual([hash, hash, hash]);
  });

  test("continues during key re-exchange, also with compression configured", async () => {
    const other = await startSshMachine(label, ["RekeyLimit=1M"]);
    try {
      const person = await newPerson({ yes: true });
      await other.authorize(await person.key("id_ed25519"));
      await person.write("config", "Compression yes\nServerAliveInterval 1\n");
      const connection = await connect(person, to(other));
      const bytes = Buffer.concat([randomBytes(4_000_000), Buffer.alloc(4_000_000, "text")]);
      const channel = await connection.exec("cat");
      channel.stdin.end(bytes);
      const parts: Buffer[] = [];
      for await (const chunk of channel.stdout) parts.push(chunk as Buffer);
      expect(await channel.exit).toMatchObject({ code: 0 });
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      expect(person.asked).toHaveLength(1);
    } finally {
      await other.remove();
    }
  });

  test("that does not read its input ends, and a write to it fails", async () => {
    const connection = await connect(await knownPerson(), to(machine));
    const channel = await connection.exec("exit 3");
    const written = new Promise((resolve) => void channel.stdin.write(Buffer.alloc(8 * 1024 * 1024), resolve));
    channel.stdout.resume();
    expect(await channel.exit).toMatchObject({ code: 3 });
    expect(await written).toBeInstanceOf(Error);
  });

  test("reports its end only after its output was read", async () => {
    const connection = await connect(await knownPerson(), to(machine));
    const channel = await connection.exec("head -c 3000000 /dev/zero");
    let isOver = false;
    void channel.exit.then(() => (isOver = true));
    // When a later command has ended, the first one has too, but its end is not reported yet.
    const later = await connection.exec("sleep 0.2; true");
    later.stdout.resume();
    await later.exit;
    expect(isOver).toBe(false);
    let size = 0;
    for await (const chunk of channel.stdout) size += (chunk as Buffer).length;
    expect(size).toBe(3_000_000);
    expect(await channel.exit).toMatchObject({ code: 0 });
  });

  test("has a terminal that follows the size of the local one", async () => {
    const connection = await connect(await knownPerson(), to(machine));
    const terminal = { name: "xterm-256color", columns: 91, rows: 17 };
    const channel = await connection.exec(
      "trap 'stty size; exit 5' WINCH; tty; echo $TERM; stty size; while :; do sleep 0.1; done",
      {
        terminal,
      },
    );
    let seen = "";
    channel.stdout.on("data", (chunk: Buffer) => {
      if (!seen.includes("17 91") && `${seen}${chunk.toString()}`.includes("17 91")) channel.resize(100, 40);
      seen += chunk.toString();
    });
    expect(await channel.exit).toMatchObject({ code: 5 });
    expect(seen).toMatch(/\/dev\/pts\/\d+\r\nxterm-256color\r\n17 91\r\n40 100\r\n$/);
  });

  test("in a terminal ends when its channel is closed", async () => {
    const connection = await connect(await knownPerson(), to(machine));
    const terminal = { name: "xterm", columns: 80, rows: 24 };
    const channel = await connection.exec("echo up; exec sleep 4711", { terminal });
    for await (const chunk of channel.stdout) if (String(chunk).includes("up")) break;
    channel.close();
    await channel.exit;
    await expect.poll(async () => await machine.sh("pgrep -fx 'sleep 4711' || echo none")).toBe("none");
    expect(await run(connection, "echo still here")).toMatchObject({ stdout: "still here\n" });
  });
});

describe("the host's key", () => {
  const fingerprintOf = async (type = "ed25519"): Promise<string> =>
    (await machine.sh(`ssh-keygen -lf /etc/ssh/ssh_host_${type}_key.pub`)).split(" ")[1] ?? "";

  test("that is unknown is refused with its fingerprint unless the user agrees", async () => {
    const person = await newPerson();
    const error = await failure(connect(person, to(machine)));
    expect(error).toMatchObject({ code: "HOST_KEY_UNKNOWN", exitCode: 4 });
    expect(error.message).toContain(await fingerprintOf());
    expect(error.hint).toContain("ssh ");
    expect(person.asked).toEqual([
      {
        kind: "host-key",
        host: machine.address,
        address: `${machine.address}:22`,
        keyType: "ED25519",
        fingerprint: await fingerprintOf(),
      },
    ]);
    await expect(stat(join(person.home, ".ssh/known_hosts"))).rejects.toThrow("ENOENT");
  });

  test("is confirmed once and added to known_hosts in OpenSSH's format", async () => {
    const person = await newPerson({ yes: true });
    await machine.authorize(await person.key("id_ed25519"));
    await person.write("config", "HashKnownHosts no\n");
    await person.write("known_hosts", "# mine\nother.example ssh-ed25519 AAAA");
    await connect(person, to(machine));
    await connect(person, to(machine));
    expect(person.asked).toHaveLength(1);
    const file = join(person.home, ".ssh/known_hosts");
    const text = await readFile(file, "utf8");
    expect(text).toBe(
      `# mine\nother.example ssh-ed25519 AAAA\n${await keysOf(machine, machine.address, "ssh-ed25519")}`,
    );
    await execa("ssh-keygen", ["-F", machine.address, "-f", file]);
  });

  test("is written with a hashed name to a new file if configured", async () => {
    const person = await newPerson({ yes: true });
    await machine.authorize(await person.key("key"));
    await person.write(
      "config",
      `Host m\n HostName ${machine.address}\n User person\n IdentityFile ~/.ssh/key\n HashKnownHosts yes\n UserKnownHostsFile ~/new/hosts\n`,
    );
    await connect(person, "m");
    const file = join(person.home, "new/hosts");
    expect(await readFile(file, "utf8")).toMatch(/^\|1\|[^|]+\|\S+ ssh-ed25519 \S+\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(person.home, "new"))).mode & 0o777).toBe(0o700);
    await execa("ssh-keygen", ["-F", machine.address, "-f", file]);
    await connect(person, "m");
    expect(person.asked).toHaveLength(1);
  });

  test("is remembered even if authentication fails", async () => {
    const person = await newPerson({ yes: true });
    const error = await failure(connect(person, to(machine)));
    expect(error.code).toBe("HOST_AUTH_FAILED");
    await execa("ssh-keygen", ["-F", machine.address, "-f", join(person.home, ".ssh/known_hosts")]);
  });

  test.each(["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"])(
    "that is known only as %s is requested in that type",
    async (type) => {
      const person = await knownPerson();
      await person.write("known_hosts", await keysOf(machine, machine.address, type));
      expect(await run(await connect(person, to(machine)), "echo in")).toMatchObject({ stdout: "in\n" });
      expect(person.asked).toEqual([]);
    },
  );

  test.each(["", "Host *\n StrictHostKeyChecking no\n", "Host *\n StrictHostKeyChecking accept-new\n"])(
    "that changed is always refused (%j)",
    async (config) => {
      const person = await knownPerson({ yes: true });
      if (config !== "") await person.write("config", config);
      const other = (await person.key("other")).split(" ").slice(0, 2).join(" ");
      const file = await person.write("known_hosts", `# a\n\n${machine.address} ${other}\n`);
      const error = await failure(connect(person, to(machine)));
      expect(error).toMatchObject({ code: "HOST_KEY_CHANGED", exitCode: 4 });
      expect(error.message).toContain(`${file}:3`);
      expect(error.message).toContain(await fingerprintOf());
      expect(error.hint).toContain(`ssh-keygen -R '${machine.address}' -f '${file}'`);
      expect(person.asked).toEqual([]);
    },
  );

  test("that is revoked by a known_hosts line or a RevokedHostKeys file is refused", async () => {
    const person = await knownPerson({ yes: true });
    const line = await keysOf(machine, machine.address, "ssh-ed25519");
    await person.write("known_hosts", `${line}@revoked * ${line.split(" ").slice(1).join(" ")}`);
    expect(await failure(connect(person, to(machine)))).toMatchObject({ code: "HOST_KEY_REVOKED", exitCode: 4 });
    await person.write("known_hosts", line);
    const list = await person.write("revoked", line.split(" ").slice(1).join(" "));
    await person.write("config", `RevokedHostKeys ${list}\n`);
    expect((await failure(connect(person, to(machine)))).code).toBe("HOST_KEY_REVOKED");
    await execa("ssh-keygen", ["-k", "-f", `${list}.krl`, list]);
    await person.write("config", `RevokedHostKeys ${list}.krl\n`);
    expect((await failure(connect(person, to(machine)))).code).toBe("HOST_KEY_REVOKED");
    await execa("ssh-keygen", ["-k", "-f", `${list}.krl`, join(person.home, ".ssh/id_ed25519.pub")]);
    await connect(person, to(machine));
  });

  test("that is unknown is accepted with accept-new and refused with yes, without a question", async () => {
    const person = await newPerson();
    await machine.authorize(await person.key("id_ed25519"));
    await person.write("config", "StrictHostKeyChecking yes\n");
    expect((await failure(connect(person, to(machine)))).code).toBe("HOST_KEY_UNKNOWN");
    await person.write("config", "StrictHostKeyChecking accept-new\n");
    await connect(person, to(machine));
    expect(person.asked).toEqual([]);
    expect(person.log.join("\n")).toContain(await fingerprintOf());
    await person.write("config", "StrictHostKeyChecking yes\n");
    await connect(person, to(machine));
  });

  test("of another port than 22 is stored with the port, and a @cert-authority line does not count as known", async () => {
    await machine.sh("/usr/sbin/sshd -p 2222");
    const person = await newPerson({ yes: true });
    await machine.authorize(await person.key("id_ed25519"));
    await person.write("config", "HashKnownHosts no\n");
    const authority = (await person.key("ca")).split(" ").slice(0, 2).join(" ");
    await person.write("known_hosts", `@cert-authority * ${authority}\n`);
    await connect(person, { destination: to(machine), port: 2222 });
    const text = await readFile(join(person.home, ".ssh/known_hosts"), "utf8");
    expect(text).toContain(`[${machine.address}]:2222 ssh-ed25519 `);
    await connect(person, `ssh://person@${machine.address}:2222`);
    expect(person.asked).toHaveLength(1);
    expect(person.asked[0]).toMatchObject({ address: `${machine.address}:2222` });
  });
});

describe("authentication", () => {
  test("asks for a passphrase at most three times, and only for a key that the host accepts", async () => {
    const person = await newPerson({ secrets: ["wrong", "right one", "wrong", "wrong", "wrong", "right one"] });
    await person.key("id_rsa", { passphrase: "never asked for", type: "rsa" });
    await machine.authorize(await person.key("id_ed25519", { passphrase: "right one" }));
    await person.write("known_hosts", await machine.hostKeys());
    await connect(person, to(machine));
    expect(person.secretsAsked.map(({ text: shown, echo }) => [shown.includes("id_ed25519"), echo])).toEqual([
      [true, false],
      [true, false],
    ]);
    const error = await failure(connect(person, to(machine)));
    expect(error.code).toBe("HOST_AUTH_FAILED");
    expect(person.secretsAsked.filter(({ text: shown }) => shown.includes("id_ed25519"))).toHaveLength(5);
  });

  test.each(["rsa", "ecdsa", "ed25519"])("works with a key of type %s", async (type) => {
    const person = await newPerson();
    await machine.authorize(await person.key(`id_${type}`, { type }));
    await person.write("known_hosts", await machine.hostKeys());
    expect(await run(await connect(person, to(machine)), "id -un")).toMatchObject({ stdout: "person\n" });
  });

  test("works with a key file in PEM format", async () => {
    const person = await newPerson({ secrets: ["word of pass"] });
    const publicKey = await person.key("id_rsa", { type: "rsa", passphrase: "word of pass" });
    const file = join(person.home, ".ssh/id_rsa");
    await execa("ssh-keygen", ["-p", "-m", "PEM", "-P", "word of pass", "-N", "word of pass", "-f", file]);
    await execa("rm", [`${file}.pub`]);
    await machine.authorize(publicKey);
    await person.write("known_hosts", await machine.hostKeys());
    await connect(person, to(machine));
    expect(person.secretsAsked).toHaveLength(1);
  });

  test("rejects a key file that others may read, and reports it", async () => {
    const person = await knownPerson();
    await chmod(join(person.home, ".ssh/id_ed25519"), 0o644);
    const error = await failure(connect(person, to(machine)));
    expect(error).toMatchObject({ code: "HOST_AUTH_FAILED", exitCode: 4 });
    expect(error.message).toContain(`person@${machine.address}:22`);
    expect(error.message).toContain("readable by other users");
    expect(error.hint).toContain("ssh ");
  });

  test("asks for a password and for keyboard-interactive answers", async () => {
    const other = await startSshMachine(label, ["PasswordAuthentication=yes", "KbdInteractiveAuthentication=no"]);
    try {
      await other.sh("echo 'person:made up' | chpasswd");
      const person = await newPerson({ yes: true, secrets: ["wrong", "made up"] });
      await connect(person, to(other));
      expect(person.secretsAsked).toEqual([
        { text: `Password for ${to(other)}`, echo: false, detail: [] },
        { text: `Password for ${to(other)}`, echo: false, detail: [] },
      ]);
      await other.sh(
        "/usr/sbin/sshd -p 2022 -o UsePAM=yes -o KbdInteractiveAuthentication=yes -o PasswordAuthentication=no",
      );
      const answering = await newPerson({ yes: true, secrets: ["made up"] });
      await connect(answering, { destination: to(other), port: 2022 });
      expect(answering.secretsAsked).toHaveLength(1);
      expect(answering.secretsAsked[0]?.text).toMatch(/person@.*Password:/);
      const error = await failure(connect(await newPerson({ yes: true }), to(other)));
      expect(error.message).toContain("no method to try");
      expect(error.message).toContain("it accepts publickey, password");
    } finally {
      await other.remove();
    }
  });

  test("uses a key and a password when the host requires both", async () => {
    const options = ["AuthenticationMethods=publickey,password", "PasswordAuthentication=yes"];
    const other = await startSshMachine(label, options);
    try {
      await other.sh("echo 'person:made up' | chpasswd");
      const person = await newPerson({ yes: true, secrets: ["made up"] });
      await other.authorize(await person.key("id_ed25519"));
      await connect(person, to(other));
      expect(person.secretsAsked).toHaveLength(1);
    } finally {
      await other.remove();
    }
  });
});

describe("an ssh-agent", () => {
  async function withAgent(
    work: (socket: string, add: (file: string) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const folder = await newPerson();
    const socket = join(folder.home, "agent");
    const agent = execa("ssh-agent", ["-D", "-a", socket], { reject: false });
    try {
      await expect
        .poll(
          async () =>
            await stat(socket).then(
              () => true,
              () => false,
            ),
        )
        .toBe(true);
      await work(
        socket,
        async (file) => void (await execa("ssh-add", ["-q", file], { env: { SSH_AUTH_SOCK: socket } })),
      );
    } finally {
      agent.kill();
      await agent;
    }
  }

  test("is forwarded only on request", async () => {
    await withAgent(async (socket, add) => {
      const person = await knownPerson({ env: { SSH_AUTH_SOCK: socket } });
      await add(join(person.home, ".ssh", "id_ed25519"));
      // cowork ignores ForwardAgent in ssh_config: the setting SSH_AGENT decides.
      await person.write("config", "Host *\n ForwardAgent yes\n");
      const without = await connect(person, to(machine));
      expect((await run(without, "ssh-add -l")).code).toBe(2);
      const forwarding = await connect(person, to(machine), { forwardAgent: true });
      expect(await run(forwarding, "ssh-add -l")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("SHA256:") as string,
      });
    });
  });

  test("provides the key, and with IdentitiesOnly only keys of configured files are offered", async () => {
    await withAgent(async (socket, add) => {
      const person = await newPerson({ env: { SSH_AUTH_SOCK: socket } });
      const folder = join(person.home, ".ssh");
      await person.write("known_hosts", await machine.hostKeys());
      // More keys than the host allows attempts.
      for (let index = 0; index < 7; index += 1) {
        await person.key(`k${index}`);
        await add(join(folder, `k${index}`));
      }
      await machine.authorize(await person.key("right", { type: "rsa" }));
      await add(join(folder, "right"));
      await execa("rm", [join(folder, "right")]);
      const many = await failure(connect(person, to(machine)));
      expect(many).toMatchObject({ code: "HOST_AUTH_FAILED" });
      expect(many.message).toContain("Too many authentication failures");
      await person.write("config", `Host ${machine.address}\n IdentityFile ~/.ssh/right\n`);
      await connect(person, to(machine));
      await person.write("config", `Host ${machine.address}\n IdentitiesOnly yes\n IdentityFile ~/.ssh/right.pub\n`);
      await connect(person, to(machine));
      await person.write("config", `Host ${machine.address}\n IdentitiesOnly yes\n IdentityFile ~/.ssh/k1\n`);
      const wrong = await failure(connect(person, to(machine)));
      expect(wrong.message).toMatch(/tried: agent's key k1[;.]/);
      await person.write("config", `Host ${machine.address}\n IdentityAgent none\n IdentityFile ~/.ssh/right\n`);
      expect((await failure(connect(person, to(machine)))).message).toContain("no method to try");
    });
  });

  test("that does not respond is skipped", async () => {
    const person = await knownPerson({ env: { SSH_AUTH_SOCK: "/nowhere/agent" } });
    await connect(person, to(machine));
    expect(person.log.join("\n")).toContain("/nowhere/agent");
  });
});

describe("the route", () => {
  test("leads through two jump hosts, each with its own configuration", async () => {
    const [first, second] = await Promise.all([startSshMachine(label), startSshMachine(label)]);
    try {
      const person = await newPerson({ secrets: ["for the first"] });
      await first.authorize(await person.key("first", { passphrase: "for the first" }));
      await second.authorize(await person.key("second"));
      await machine.authorize(await person.key("last"));
      // Only the second jump host can resolve this name.
      await second.sh(`echo '${machine.address} hidden.test' >> /etc/hosts`);
      await person.write(
        "config",
        [
          `Host one\n HostName ${first.address}\n User person\n IdentityFile ~/.ssh/first`,
          `Host two\n HostName ${second.address}\n User person\n IdentityFile ~/.ssh/second\n ProxyJump one`,
          "Host goal\n HostName hidden.test\n User person\n IdentityFile ~/.ssh/last\n ProxyJump two",
          "Host list\n HostName hidden.test\n User person\n IdentityFile ~/.ssh/last\n ProxyJump one,two",
          "Host loop\n HostName nowhere.test\n ProxyJump loop",
        ].join("\n"),
      );
      const known = [await first.hostKeys(), await second.hostKeys(), await machine.hostKeys("hidden.test")];
      await person.write("known_hosts", known.join(""));
      const connection = await connect(person, "goal");
      const seen = await run(connection, "echo $SSH_CONNECTION; head -c 3000000 /dev/zero | wc -c");
      expect(seen.stdout.split(" ")[0]).toBe(second.address);
      expect(seen.stdout).toContain("3000000");
      expect((await failure(connect(person, "list"))).code).toBe("HOST_AUTH_FAILED");
      expect((await failure(connect(person, "loop"))).message).toContain("ProxyJump");
      // The keys of jump hosts are verified, too.
      await person.write("known_hosts", known.slice(1).join(""));
      const unknown = await failure(connect(person, "goal"));
      expect(unknown.code).toBe("HOST_KEY_UNKNOWN");
      expect(unknown.message).toContain("one");
      const channel = await connection.exec("sleep 600");
      await execa("docker", ["kill", first.id]);
      expect((await failure(channel.exit)).code).toBe("HOST_UNREACHABLE");
      expect(await connection.gone).toBeInstanceOf(CoworkError);
    } finally {
      await Promise.all([first.remove(), second.remove()]);
    }
  });

  test("uses a ProxyCommand and reports its failure", async () => {
    const person = await newPerson();
    await machine.authorize(await person.key("key"));
    const program = await person.write(
      "proxy.cjs",
      `const s = require("net").connect(Number(process.argv[3]), process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);`,
    );
    const host = `User person\n IdentityFile ~/.ssh/key\n HostKeyAlias goal\n`;
    await person.write(
      "config",
      `Host good\n HostName ${machine.address}\n ${host} ProxyCommand ${process.execPath} "${program}" %h %p\nHost bad\n ${host} ProxyCommand echo "no \u001b[2Jway" >&2; exit 9\nHost deaf\n ${host} ProxyCommand sh -c 'exec <&-; sleep 0.5; echo "no way" >&2; exit 9'\n`,
    );
    await person.write("known_hosts", await machine.hostKeys("goal"));
    const connection = await connect(person, "good");
    expect(await run(connection, "head -c 2000000 /dev/zero | wc -c")).toMatchObject({ stdout: "2000000\n" });
    for (const alias of ["bad", "deaf"]) {
      const error = await failure(connect(person, alias));
      expect(error.code).toBe("HOST_UNREACHABLE");
      expect(error.message).toContain("ProxyCommand");
      expect(error.message).not.toContain("\u001b");
    }
  });

  test("is resolved from ssh_config without OpenSSH installed", async () => {
    const person = await newPerson({ env: { PATH: "/nowhere" } });
    await machine.authorize(await person.key("key", { type: "ecdsa" }));
    await person.write("config", "Include more/*\nHost *\n User other\n");
    await execa("mkdir", [join(person.home, ".ssh/more")]);
    await person.write(
      "more/a",
      `Host else\n User wrong\nHost m?chine\n HostName ${machine.address}\n User person\n IdentityFile "~/.ssh/key"\n`,
    );
    await person.write("known_hosts", await machine.hostKeys());
    expect(await run(await connect(person, "machine"), "id -un")).toMatchObject({ stdout: "person\n" });
  });

  test("to a closed port, an unknown name or an invalid destination gives a clear error", async () => {
    const person = await knownPerson();
    const refused = await failure(connect(person, { destination: to(machine), port: 4 }));
    expect(refused).toMatchObject({ code: "HOST_UNREACHABLE", exitCode: 4 });
    expect(refused.message).toContain(`${machine.address}:4`);
    expect(refused.message).toContain("connection refused");
    const nameless = await failure(connect(person, "no-such-machine.invalid"));
    expect(nameless.code).toBe("HOST_UNREACHABLE");
    expect(nameless.message).toContain("no-such-machine.invalid");
    for (const destination of ["-oProxyCommand=x", "a;b", "a b", "", "x@-y", "a\u0007", "$(id)"]) {
      expect((await failure(connect(person, destination))).code).toBe("USAGE");
    }
  });

  test("is given up when the user interrupts", async () => {
    const controller = new AbortController();
    const person = await knownPerson({ signal: controller.signal });
    const coming = failure(connect(person, to(machine)));
    setTimeout(() => controller.abort(), 30);
    expect((await coming).code).toBe("INTERRUPTED");
  });
});

describe("a connection that breaks", () => {
  test.each(["kill", "pause"])("by docker %s is reported to every channel", async (how) => {
    const other = await startSshMachine(label);
    try {
      const person = await newPerson({ yes: true });
      await other.authorize(await person.key("id_ed25519"));
      await person.write("config", "ServerAliveInterval 1\nServerAliveCountMax 2\n");
      const connection = await connect(person, to(other));
      const [idle, busy, terminal] = await Promise.all([
        connection.exec("sleep 600"),
        connection.exec("cat"),
        connection.exec("sleep 600", { terminal: { name: "xterm", columns: 80, rows: 24 } }),
      ]);
      busy.stdin.write("x");
      const written = new Promise((resolve) => void terminal.stdin.write(Buffer.alloc(9_000_000), resolve));
      await execa("docker", [how, other.id]);
      for (const channel of [idle, busy, terminal]) {
        const error = await failure(channel.exit);
        expect(error.code).toBe("HOST_UNREACHABLE");
        expect(error.message).toContain(other.address);
      }
      expect(await written).toBeInstanceOf(Error);
      await expect(textOf(idle.stdout)).rejects.toThrow("connection");
      expect(await connection.gone).toMatchObject({ code: "HOST_UNREACHABLE" });
      expect((await failure(connection.exec("true"))).code).toBe("HOST_UNREACHABLE");
      connection.close();
      if (how === "pause") await execa("docker", ["unpause", other.id]);
    } finally {
      await other.remove();
    }
  });
});

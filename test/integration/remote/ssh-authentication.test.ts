import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { failure, run, to, useSshMachine } from "../../support/remote/ssh-fixture.ts";
import { startSshMachine } from "../../support/remote/ssh-machine.ts";

const fixture = useSshMachine("ssh-authentication");
const { connect, knownPerson, newPerson } = fixture;

describe("authentication", () => {
  test("asks for a passphrase at most three times, and only for a key that the host accepts", async () => {
    const person = await newPerson({ secrets: ["wrong", "right one", "wrong", "wrong", "wrong", "right one"] });
    await person.key("id_rsa", { passphrase: "never asked for", type: "rsa" });
    await fixture.machine.authorize(await person.key("id_ed25519", { passphrase: "right one" }));
    await person.write("known_hosts", await fixture.machine.hostKeys());
    await connect(person, to(fixture.machine));
    expect(person.secretsAsked.map(({ text: shown, echo }) => [shown.includes("id_ed25519"), echo])).toEqual([
      [true, false],
      [true, false],
    ]);
    const error = await failure(connect(person, to(fixture.machine)));
    expect(error.code).toBe("HOST_AUTH_FAILED");
    expect(person.secretsAsked.filter(({ text: shown }) => shown.includes("id_ed25519"))).toHaveLength(5);
  });

  test.each(["rsa", "ecdsa", "ed25519"])("works with a key of type %s", async (type) => {
    const person = await newPerson();
    await fixture.machine.authorize(await person.key(`id_${type}`, { type }));
    await person.write("known_hosts", await fixture.machine.hostKeys());
    expect(await run(await connect(person, to(fixture.machine)), "id -un")).toMatchObject({ stdout: "person\n" });
  });

  test("works with a key file in PEM format", async () => {
    const person = await newPerson({ secrets: ["word of pass"] });
    const publicKey = await person.key("id_rsa", { type: "rsa", passphrase: "word of pass" });
    const file = join(person.home, ".ssh/id_rsa");
    await execa("ssh-keygen", ["-p", "-m", "PEM", "-P", "word of pass", "-N", "word of pass", "-f", file]);
    await execa("rm", [`${file}.pub`]);
    await fixture.machine.authorize(publicKey);
    await person.write("known_hosts", await fixture.machine.hostKeys());
    await connect(person, to(fixture.machine));
    expect(person.secretsAsked).toHaveLength(1);
  });

  test("rejects a key file that others may read, and reports it", async () => {
    const person = await knownPerson();
    await chmod(join(person.home, ".ssh/id_ed25519"), 0o644);
    const error = await failure(connect(person, to(fixture.machine)));
    expect(error).toMatchObject({ code: "HOST_AUTH_FAILED", exitCode: 4 });
    expect(error.message).toContain(`person@${fixture.machine.address}:22`);
    expect(error.message).toContain("readable by other users");
    expect(error.hint).toContain("ssh ");
  });

  test("asks for a password and for keyboard-interactive answers", async () => {
    const other = await startSshMachine("ssh-authentication", [
      "PasswordAuthentication=yes",
      "KbdInteractiveAuthentication=no",
    ]);
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
    const other = await startSshMachine("ssh-authentication", options);
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
      const without = await connect(person, to(fixture.machine));
      expect((await run(without, "ssh-add -l")).code).toBe(2);
      const forwarding = await connect(person, to(fixture.machine), { forwardAgent: true });
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
      await person.write("known_hosts", await fixture.machine.hostKeys());
      // More keys than the host allows attempts.
      for (let index = 0; index < 7; index += 1) {
        await person.key(`k${index}`);
        await add(join(folder, `k${index}`));
      }
      await fixture.machine.authorize(await person.key("right", { type: "rsa" }));
      await add(join(folder, "right"));
      await execa("rm", [join(folder, "right")]);
      const many = await failure(connect(person, to(fixture.machine)));
      expect(many).toMatchObject({ code: "HOST_AUTH_FAILED" });
      expect(many.message).toContain("Too many authentication failures");
      await person.write("config", `Host ${fixture.machine.address}\n IdentityFile ~/.ssh/right\n`);
      await connect(person, to(fixture.machine));
      await person.write(
        "config",
        `Host ${fixture.machine.address}\n IdentitiesOnly yes\n IdentityFile ~/.ssh/right.pub\n`,
      );
      await connect(person, to(fixture.machine));
      await person.write("config", `Host ${fixture.machine.address}\n IdentitiesOnly yes\n IdentityFile ~/.ssh/k1\n`);
      const wrong = await failure(connect(person, to(fixture.machine)));
      expect(wrong.message).toMatch(/tried: agent's key k1[;.]/);
      await person.write(
        "config",
        `Host ${fixture.machine.address}\n IdentityAgent none\n IdentityFile ~/.ssh/right\n`,
      );
      expect((await failure(connect(person, to(fixture.machine)))).message).toContain("no method to try");
    });
  });

  test("that does not respond is skipped", async () => {
    const person = await knownPerson({ env: { SSH_AUTH_SOCK: "/nowhere/agent" } });
    await connect(person, to(fixture.machine));
    expect(person.log.join("\n")).toContain("/nowhere/agent");
  });
});

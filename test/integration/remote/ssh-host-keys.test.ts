import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { failure, run, to, useSshMachine } from "../../support/remote/ssh-fixture.ts";
import { type SshMachine } from "../../support/remote/ssh-machine.ts";

const fixture = useSshMachine("ssh-host-keys");
const { connect, knownPerson, newPerson } = fixture;

const typed =
  (type: string): ((line: string) => boolean) =>
  (line) =>
    line.split(" ")[1] === type;

async function keysOf(where: SshMachine, name: string, type: string): Promise<string> {
  const lines = (await where.hostKeys(name)).split("\n").filter(typed(type));
  return `${lines.join("\n")}\n`;
}

describe("the host's key", () => {
  const fingerprintOf = async (type = "ed25519"): Promise<string> =>
    (await fixture.machine.sh(`ssh-keygen -lf /etc/ssh/ssh_host_${type}_key.pub`)).split(" ")[1] ?? "";

  test("that is unknown is refused with its fingerprint unless the user agrees", async () => {
    const person = await newPerson();
    const error = await failure(connect(person, to(fixture.machine)));
    expect(error).toMatchObject({ code: "HOST_KEY_UNKNOWN", exitCode: 4 });
    expect(error.message).toContain(await fingerprintOf());
    expect(error.hint).toContain("ssh ");
    expect(person.asked).toEqual([
      {
        kind: "host-key",
        host: fixture.machine.address,
        address: `${fixture.machine.address}:22`,
        keyType: "ED25519",
        fingerprint: await fingerprintOf(),
      },
    ]);
    await expect(stat(join(person.home, ".ssh/known_hosts"))).rejects.toThrow("ENOENT");
  });

  test("is confirmed once and added to known_hosts in OpenSSH's format", async () => {
    const person = await newPerson({ yes: true });
    await fixture.machine.authorize(await person.key("id_ed25519"));
    await person.write("config", "HashKnownHosts no\n");
    await person.write("known_hosts", "# mine\nother.example ssh-ed25519 AAAA");
    await connect(person, to(fixture.machine));
    await connect(person, to(fixture.machine));
    expect(person.asked).toHaveLength(1);
    const file = join(person.home, ".ssh/known_hosts");
    const text = await readFile(file, "utf8");
    expect(text).toBe(
      `# mine\nother.example ssh-ed25519 AAAA\n${await keysOf(fixture.machine, fixture.machine.address, "ssh-ed25519")}`,
    );
    await execa("ssh-keygen", ["-F", fixture.machine.address, "-f", file]);
  });

  test("is written with a hashed name to a new file if configured", async () => {
    const person = await newPerson({ yes: true });
    await fixture.machine.authorize(await person.key("key"));
    await person.write(
      "config",
      `Host m\n HostName ${fixture.machine.address}\n User person\n IdentityFile ~/.ssh/key\n HashKnownHosts yes\n UserKnownHostsFile ~/new/hosts\n`,
    );
    await connect(person, "m");
    const file = join(person.home, "new/hosts");
    expect(await readFile(file, "utf8")).toMatch(/^\|1\|[^|]+\|\S+ ssh-ed25519 \S+\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(person.home, "new"))).mode & 0o777).toBe(0o700);
    await execa("ssh-keygen", ["-F", fixture.machine.address, "-f", file]);
    await connect(person, "m");
    expect(person.asked).toHaveLength(1);
  });

  test("is remembered even if authentication fails", async () => {
    const person = await newPerson({ yes: true });
    const error = await failure(connect(person, to(fixture.machine)));
    expect(error.code).toBe("HOST_AUTH_FAILED");
    await execa("ssh-keygen", ["-F", fixture.machine.address, "-f", join(person.home, ".ssh/known_hosts")]);
  });

  test.each(["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"])(
    "that is known only as %s is requested in that type",
    async (type) => {
      const person = await knownPerson();
      await person.write("known_hosts", await keysOf(fixture.machine, fixture.machine.address, type));
      expect(await run(await connect(person, to(fixture.machine)), "echo in")).toMatchObject({ stdout: "in\n" });
      expect(person.asked).toEqual([]);
    },
  );

  test.each(["", "Host *\n StrictHostKeyChecking no\n", "Host *\n StrictHostKeyChecking accept-new\n"])(
    "that changed is always refused (%j)",
    async (config) => {
      const person = await knownPerson({ yes: true });
      if (config !== "") await person.write("config", config);
      const other = (await person.key("other")).split(" ").slice(0, 2).join(" ");
      const file = await person.write("known_hosts", `# a\n\n${fixture.machine.address} ${other}\n`);
      const error = await failure(connect(person, to(fixture.machine)));
      expect(error).toMatchObject({ code: "HOST_KEY_CHANGED", exitCode: 4 });
      expect(error.message).toContain(`${file}:3`);
      expect(error.message).toContain(await fingerprintOf());
      expect(error.hint).toContain(`ssh-keygen -R '${fixture.machine.address}' -f '${file}'`);
      expect(person.asked).toEqual([]);
    },
  );

  test("that is revoked by a known_hosts line or a RevokedHostKeys file is refused", async () => {
    const person = await knownPerson({ yes: true });
    const line = await keysOf(fixture.machine, fixture.machine.address, "ssh-ed25519");
    await person.write("known_hosts", `${line}@revoked * ${line.split(" ").slice(1).join(" ")}`);
    expect(await failure(connect(person, to(fixture.machine)))).toMatchObject({
      code: "HOST_KEY_REVOKED",
      exitCode: 4,
    });
    await person.write("known_hosts", line);
    const list = await person.write("revoked", line.split(" ").slice(1).join(" "));
    await person.write("config", `RevokedHostKeys ${list}\n`);
    expect((await failure(connect(person, to(fixture.machine)))).code).toBe("HOST_KEY_REVOKED");
    await execa("ssh-keygen", ["-k", "-f", `${list}.krl`, list]);
    await person.write("config", `RevokedHostKeys ${list}.krl\n`);
    expect((await failure(connect(person, to(fixture.machine)))).code).toBe("HOST_KEY_REVOKED");
    await execa("ssh-keygen", ["-k", "-f", `${list}.krl`, join(person.home, ".ssh/id_ed25519.pub")]);
    await connect(person, to(fixture.machine));
  });

  test("that is unknown is accepted with accept-new and refused with yes, without a question", async () => {
    const person = await newPerson();
    await fixture.machine.authorize(await person.key("id_ed25519"));
    await person.write("config", "StrictHostKeyChecking yes\n");
    expect((await failure(connect(person, to(fixture.machine)))).code).toBe("HOST_KEY_UNKNOWN");
    await person.write("config", "StrictHostKeyChecking accept-new\n");
    await connect(person, to(fixture.machine));
    expect(person.asked).toEqual([]);
    expect(person.log.join("\n")).toContain(await fingerprintOf());
    await person.write("config", "StrictHostKeyChecking yes\n");
    await connect(person, to(fixture.machine));
  });

  test("of another port than 22 is stored with the port, and a @cert-authority line does not count as known", async () => {
    await fixture.machine.sh("/usr/sbin/sshd -p 2222");
    const person = await newPerson({ yes: true });
    await fixture.machine.authorize(await person.key("id_ed25519"));
    await person.write("config", "HashKnownHosts no\n");
    const authority = (await person.key("ca")).split(" ").slice(0, 2).join(" ");
    await person.write("known_hosts", `@cert-authority * ${authority}\n`);
    await connect(person, { destination: to(fixture.machine), port: 2222 });
    const text = await readFile(join(person.home, ".ssh/known_hosts"), "utf8");
    expect(text).toContain(`[${fixture.machine.address}]:2222 ssh-ed25519 `);
    await connect(person, `ssh://person@${fixture.machine.address}:2222`);
    expect(person.asked).toHaveLength(1);
    expect(person.asked[0]).toMatchObject({ address: `${fixture.machine.address}:2222` });
  });
});

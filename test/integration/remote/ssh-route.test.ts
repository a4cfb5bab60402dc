import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { failure, run, to, useSshMachine } from "../../support/remote/ssh-fixture.ts";
import { startSilentServer } from "../../support/remote/silent-server.ts";
import { startSshMachine } from "../../support/remote/ssh-machine.ts";

const fixture = useSshMachine("ssh-route");
const { connect, knownPerson, newPerson } = fixture;

describe("the route", () => {
  test("leads through two jump hosts, each with its own configuration", async () => {
    const [first, second] = await Promise.all([startSshMachine("ssh-route"), startSshMachine("ssh-route")]);
    try {
      const person = await newPerson({ secrets: ["for the first"] });
      await first.authorize(await person.key("first", { passphrase: "for the first" }));
      await second.authorize(await person.key("second"));
      await fixture.machine.authorize(await person.key("last"));
      // Only the second jump host can resolve this name.
      await second.sh(`echo '${fixture.machine.address} hidden.test' >> /etc/hosts`);
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
      const known = [await first.hostKeys(), await second.hostKeys(), await fixture.machine.hostKeys("hidden.test")];
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
    await fixture.machine.authorize(await person.key("key"));
    const program = await person.write(
      "proxy.cjs",
      `const s = require("net").connect(Number(process.argv[3]), process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);`,
    );
    const host = `User person\n IdentityFile ~/.ssh/key\n HostKeyAlias goal\n`;
    await person.write(
      "config",
      `Host good\n HostName ${fixture.machine.address}\n ${host} ProxyCommand ${process.execPath} "${program}" %h %p\nHost bad\n ${host} ProxyCommand echo "no \u001b[2Jway" >&2; exit 9\nHost deaf\n ${host} ProxyCommand sh -c 'exec <&-; sleep 0.5; echo "no way" >&2; exit 9'\n`,
    );
    await person.write("known_hosts", await fixture.machine.hostKeys("goal"));
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
    await fixture.machine.authorize(await person.key("key", { type: "ecdsa" }));
    await person.write("config", "Include more/*\nHost *\n User other\n");
    await execa("mkdir", [join(person.home, ".ssh/more")]);
    await person.write(
      "more/a",
      `Host else\n User wrong\nHost m?chine\n HostName ${fixture.machine.address}\n User person\n IdentityFile "~/.ssh/key"\n`,
    );
    await person.write("known_hosts", await fixture.machine.hostKeys());
    expect(await run(await connect(person, "machine"), "id -un")).toMatchObject({ stdout: "person\n" });
  });

  test("to a closed port, an unknown name or an invalid destination gives a clear error", async () => {
    const person = await knownPerson();
    const refused = await failure(connect(person, { destination: to(fixture.machine), port: 4 }));
    expect(refused).toMatchObject({ code: "HOST_UNREACHABLE", exitCode: 4 });
    expect(refused.message).toContain(`${fixture.machine.address}:4`);
    expect(refused.message).toContain("connection refused");
    const nameless = await failure(connect(person, "no-such-fixture.machine.invalid"));
    expect(nameless.code).toBe("HOST_UNREACHABLE");
    expect(nameless.message).toContain("no-such-fixture.machine.invalid");
    for (const destination of ["-oProxyCommand=x", "a;b", "a b", "", "x@-y", "a\u0007", "$(id)"]) {
      expect((await failure(connect(person, destination))).code).toBe("USAGE");
    }
  });

  test("is given up when the user interrupts", async () => {
    const controller = new AbortController();
    const person = await knownPerson({ signal: controller.signal });
    await using silent = await startSilentServer();
    const coming = failure(connect(person, `ssh://person@127.0.0.1:${silent.port}`));
    await silent.asked;
    controller.abort();
    expect((await coming).code).toBe("INTERRUPTED");
  });
});

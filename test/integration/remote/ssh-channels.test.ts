import { createHash, randomBytes } from "node:crypto";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { pauseMachine } from "../../support/remote/cut.ts";
import { failure, run, textOf, to, useSshMachine } from "../../support/remote/ssh-fixture.ts";
import { startSshMachine } from "../../support/remote/ssh-machine.ts";

const fixture = useSshMachine("ssh-channels");
const { connect, knownPerson, newPerson } = fixture;

describe("a command", () => {
  test("returns its output, and its exit code or signal", async () => {
    const person = await knownPerson();
    const connection = await connect(person, to(fixture.machine));
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
    const connection = await connect(await knownPerson(), to(fixture.machine));
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
    const other = await startSshMachine("ssh-channels", ["RekeyLimit=1M"]);
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
    const connection = await connect(await knownPerson(), to(fixture.machine));
    const channel = await connection.exec("exit 3");
    const written = new Promise((resolve) => void channel.stdin.write(Buffer.alloc(8 * 1024 * 1024), resolve));
    channel.stdout.resume();
    expect(await channel.exit).toMatchObject({ code: 3 });
    expect(await written).toBeInstanceOf(Error);
  });

  test("reports its end only after its output was read", async () => {
    const connection = await connect(await knownPerson(), to(fixture.machine));
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
    const connection = await connect(await knownPerson(), to(fixture.machine));
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
    const connection = await connect(await knownPerson(), to(fixture.machine));
    const terminal = { name: "xterm", columns: 80, rows: 24 };
    const channel = await connection.exec("echo up; exec sleep 4711", { terminal });
    for await (const chunk of channel.stdout) if (String(chunk).includes("up")) break;
    channel.close();
    await channel.exit;
    await expect.poll(async () => await fixture.machine.sh("pgrep -fx 'sleep 4711' || echo none")).toBe("none");
    expect(await run(connection, "echo still here")).toMatchObject({ stdout: "still here\n" });
  });
});

describe("a connection that breaks", () => {
  test.each(["kill", "pause"])("by docker %s is reported to every channel", async (how) => {
    const other = await startSshMachine("ssh-channels");
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
      if (how === "pause") await pauseMachine(other.id);
      else await execa("docker", ["kill", other.id]);
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

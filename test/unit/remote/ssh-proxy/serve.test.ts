import { once } from "node:events";
import { duplexPair } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import ssh2, { type Client, type ClientChannel } from "ssh2";
import { expect, onTestFinished, test } from "vitest";
import { newKey } from "../../../../src/remote/ssh-proxy/new-key.ts";
import { serveSsh } from "../../../../src/remote/ssh-proxy/serve.ts";
import type { SshProxyTarget } from "../../../../src/remote/ssh-proxy/types.ts";

const hostKey = newKey(ssh2);

/** A client connected to the server in this process. */
async function connect(inside: SshProxyTarget["inside"]): Promise<{ client: Client; served: Promise<void> }> {
  const [here, there] = duplexPair();
  const served = serveSsh(there, { hostKey, inside, explain: (error) => `cowork: ${(error as Error).message}` });
  const client = new ssh2.Client();
  const ready = once(client, "ready");
  client.connect({ sock: here, username: "any" });
  await ready;
  onTestFinished(() => void client.end());
  return { client, served };
}

const exec = (client: Client, command: string): Promise<ClientChannel> =>
  new Promise((done, fail) => {
    client.exec(command, (error, channel) => (error ? fail(error) : done(channel)));
  });

async function result(channel: ClientChannel): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const exit = once(channel, "exit");
  const [stdout, stderr] = await Promise.all([text(channel), text(channel.stderr)]);
  return { code: (await exit)[0], stdout, stderr };
}

test("a command is passed on unchanged; its output, errors and exit code come back", async () => {
  const { client } = await connect(async (command, io) => {
    io.stdout.write(`${JSON.stringify(command)} ${await text(io.stdin)}`);
    io.stderr.write("aside");
    return 7;
  });
  const channel = await exec(client, "echo 'a  b' $x");
  channel.end("input");
  expect(await result(channel)).toEqual({ code: 7, stdout: `["sh","-c","echo 'a  b' $x"] input`, stderr: "aside" });
});

test("data that waits for a slow client is sent once, on both streams", async () => {
  const [out, err] = [Buffer.alloc(3_000_000, "o"), Buffer.alloc(3_000_000, "e")];
  const { client } = await connect(async (_command, io) => {
    await new Promise((written) => io.stdout.write(out, written));
    await new Promise((written) => io.stderr.write(err, written));
    return 0;
  });
  const channel = await exec(client, "both");
  // wait until the window is full, so that output has to be buffered
  await new Promise((go) => setTimeout(go, 150));
  let got = 0;
  channel.on("data", (chunk: Buffer) => (got += chunk.length));
  await expect.poll(() => got).toBeGreaterThanOrEqual(out.length);
  expect((await buffer(channel.stderr)).equals(err)).toBe(true);
  expect(got).toBe(out.length);
});

test("much data on both streams at once", async () => {
  const size = 7_000_000;
  const of = (letter: string): Buffer => Buffer.alloc(size, letter);
  const { client } = await connect(async (_command, io) => {
    for (let at = 0; at < size; at += 700_000) {
      io.stdout.write(of("o").subarray(at, at + 700_000));
      io.stderr.write(of("e").subarray(at, at + 700_000));
    }
    return 0;
  });
  const channel = await exec(client, "both");
  const [out, err] = await Promise.all([buffer(channel), buffer(channel.stderr)]);
  expect([out.equals(of("o")), err.equals(of("e"))]).toEqual([true, true]);
});

test("an error is printed on stderr once, and the exit code is ssh's own code for errors", async () => {
  const { client } = await connect(async () => {
    throw new Error("Session a not found.");
  });
  expect(await result(await exec(client, "true"))).toEqual({
    code: 255,
    stdout: "",
    stderr: "cowork: Session a not found.\n",
  });
});

test("a terminal's size and its changes are passed on; its end of input is not", async () => {
  const sizes: string[] = [];
  const { client } = await connect(async (command, io) => {
    sizes.push(`${String(command)} ${io.tty!.columns}x${io.tty!.rows}`);
    await new Promise<void>((resized) => {
      io.tty!.onResize((columns, rows) => {
        sizes.push(`${columns}x${rows}`);
        resized();
      });
    });
    io.stdout.write(`ended: ${String(io.stdin.readableEnded)}`);
    return 0;
  });
  const channel = await new Promise<ClientChannel>((done, fail) => {
    client.shell({ cols: 100, rows: 30, term: "xterm" }, (error, one) => (error ? fail(error) : done(one)));
  });
  channel.setWindow(40, 120, 0, 0);
  channel.end();
  expect(await result(channel)).toMatchObject({ code: 0, stdout: "ended: false" });
  expect(sizes).toEqual(["undefined 100x30", "120x40"]);
});

test("a signal from the client, and the client's end, end the command", async () => {
  const ended = Promise.withResolvers<string>();
  const { client, served } = await connect(async ([, , what = ""] = [], { signal, stdout }) => {
    stdout.write("runs");
    await once(signal!, "abort");
    if (what === "stays") ended.resolve(what);
    throw new Error("Interrupted.");
  });
  const channel = await exec(client, "signalled");
  channel.once("data", () => channel.signal("TERM"));
  const [code, signal] = (await once(channel, "exit")) as [number | null, string];
  expect([code, signal]).toEqual([null, "SIGTERM"]);
  const other = await exec(client, "stays");
  await once(other, "data");
  client.end();
  expect(await ended.promise).toBe("stays");
  await served;
});

test("a port is open when the relay reports it; otherwise the client gets the reason", async () => {
  const { client } = await connect(async (command, { stdin, stdout, stderr }) => {
    if (command?.includes("1")) {
      stderr.write("connect to 127.0.0.1 port 1: Connection refused\n");
      return 1;
    }
    stdout.write("+");
    stdout.write("\nhello ");
    stdout.write((await buffer(stdin)).toString("latin1").toUpperCase());
    return 0;
  });
  const forward = (port: number): Promise<ClientChannel> =>
    new Promise((done, fail) => {
      client.forwardOut("127.0.0.1", 9, "localhost", port, (error, one) => (error ? fail(error) : done(one)));
    });
  const channel = await forward(80);
  channel.end("hello");
  expect(await text(channel)).toBe("hello HELLO");
  await expect(forward(1)).rejects.toThrow("connect to 127.0.0.1 port 1: Connection refused");
});

test("nothing gives access to this host: no remote forwarding, no agent, no socket, no other subsystem", async () => {
  const { client } = await connect(async () => 0);
  const asked = async (ask: (done: (error?: Error | null) => void) => unknown): Promise<string> =>
    await new Promise((answer) => void ask((error) => answer(error ? "refused" : "given")));
  expect(await asked((done) => client.forwardIn("127.0.0.1", 0, done))).toBe("refused");
  expect(await asked((done) => client.openssh_forwardOutStreamLocal("/run/x", done))).toBe("refused");
  expect(await asked((done) => client.openssh_forwardInStreamLocal("/run/x", done))).toBe("refused");
  expect(await asked((done) => client.subsys("netconf", done))).toBe("refused");
});

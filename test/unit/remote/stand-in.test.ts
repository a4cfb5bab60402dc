import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";
import { join } from "node:path";
import ssh2, { type AuthContext, type Connection as ServerConnection } from "ssh2";
import { afterAll, describe, expect, test } from "vitest";
import { newKey } from "../../../src/remote/ssh-proxy/new-key.ts";
import { CoworkError } from "../../../src/errors.ts";
import { connectSsh } from "../../../src/remote/ssh/connect.ts";
import { startDeadline } from "../../../src/remote/ssh/deadline.ts";
import { createHostKeyCheck } from "../../../src/remote/ssh/host-key.ts";
import { logIn } from "../../../src/remote/ssh/login.ts";
import { hostOptions } from "../../../src/remote/ssh/options.ts";
import { openTcp } from "../../../src/remote/ssh/transport.ts";
import type { Connection } from "../../../src/remote/types.ts";
import { sshPerson, type SshPerson } from "../../support/remote/ssh-machine.ts";

// Local servers that misbehave, or do what a normal sshd does rarely. No OpenSSH is needed.

// Tests that wait for a time limit run at the same time, so everything ends with the last of them.
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function person(...args: Parameters<typeof sshPerson>): Promise<SshPerson> {
  const someone = await sshPerson({ ...args[0], env: { PATH: "/nowhere", ...args[0]?.env } });
  ends.push(async () => await someone.remove());
  await someone.write("config", "StrictHostKeyChecking accept-new\n");
  return someone;
}

/** A user with a ConnectTimeout of two seconds. */
async function hurried(...args: Parameters<typeof sshPerson>): Promise<SshPerson> {
  const someone = await person(...args);
  await someone.write("config", "StrictHostKeyChecking accept-new\nConnectTimeout 2\n");
  return someone;
}

async function listen(server: NetServer | ssh2.Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => void server.close());
  return `ssh://person@127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server on a port that is not an SSH server, or only half of one. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  ends.push(() => sockets.forEach((socket) => socket.destroy()));
  return await listen(server);
}

const hostKey = newKey(ssh2);

async function sshServer(
  options: { greeting?: string; banner?: string },
  onClient: (client: ServerConnection) => void,
): Promise<string> {
  const clients = new Set<ServerConnection>();
  const server = new ssh2.Server({ hostKeys: [hostKey], ...options }, (client) => {
    clients.add(client);
    client.on("error", () => undefined);
    onClient(client);
  });
  ends.push(() => clients.forEach((client) => client.end()));
  return await listen(server);
}

async function failure(work: Promise<unknown>): Promise<CoworkError> {
  const error = await work.then(
    () => new Error("it worked"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CoworkError)) throw new Error(`no CoworkError: ${String(error)}`);
  // oxlint-disable-next-line no-control-regex -- the test looks for control characters
  expect(`${error.message}${error.hint}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  return error;
}

async function connect(someone: SshPerson, destination: string): Promise<Connection> {
  const connection = await connectSsh(someone.ctx, { destination });
  ends.push(() => connection.close());
  return connection;
}

describe.concurrent("an invalid server causes one error, within the time limit", () => {
  test.each<[string, (socket: Socket) => void, RegExp]>([
    ["it sends nothing", () => undefined, /did not answer within 2 seconds/],
    ["it closes at once", (socket) => socket.end(), /closed the connection/],
    ["it breaks off at once", (socket) => socket.resetAndDestroy(), /connection/],
    [
      "it speaks HTTP",
      (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
      /did not answer|not from an SSH server/,
    ],
    ["it writes lines for ever", (socket) => pour(socket, "\u001b[2J nonsense\r\n"), /not from an SSH server/],
    ["it writes one line for ever", (socket) => pour(socket, "\u001b]0;x".repeat(1000)), /not from an SSH server/],
    ["it writes bytes", (socket) => pour(socket, Buffer.alloc(4096, 0xff)), /not from an SSH server/],
    ["it speaks SSH 1", (socket) => socket.write("SSH-1.5-old\r\n"), /./],
    ["it stops after its name", (socket) => socket.write("SSH-2.0-x\r\n"), /did not answer within 2 seconds/],
    ["it closes after its name", (socket) => socket.end("SSH-2.0-x\r\n"), /closed the connection/],
    ["it continues with garbage", (socket) => pour(socket, "SSH-2.0-x\r\n", Buffer.alloc(9000, 7)), /./],
    ["it announces an enormous packet", (socket) => pour(socket, "SSH-2.0-x\r\n", Buffer.alloc(9000, 0x7f)), /./],
  ])("%s", async (_, behave, words) => {
    const error = await failure(connect(await hurried(), await rawServer(behave)));
    expect(error.code).toBe("HOST_UNREACHABLE");
    expect(error.message).toMatch(words);
    expect(error.message).toContain("127.0.0.1:");
    expect(error.message.length).toBeLessThan(600);
  });
});

test("a transport that ended before it had a listener is an error at once", async () => {
  const someone = await person();
  const port = new URL(await rawServer((socket) => socket.end())).port;
  const raw = new Map([
    ["hostname", ["127.0.0.1"]],
    ["port", [port]],
  ]);
  const local = { home: someone.home, localUser: "me", localHost: "here", uid: 1000, env: {} };
  const host = hostOptions(raw, { user: undefined, host: "box", port: undefined }, local);
  const deadline = startDeadline(10_000, "box", someone.ctx.signal);
  const transport = await openTcp(host, deadline);
  await transport.gone;
  const error = await failure(logIn(someone.ctx, host, transport, deadline));
  deadline.end();
  // Not "did not answer within 10 seconds".
  expect(error.message).toContain("it closed the connection");
});

/** Writes the first, then the last of the parts for as long as someone reads. */
function pour(socket: Socket, ...parts: (string | Buffer)[]): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(parts.at(-1) ?? "")) if (socket.writableLength > 1_000_000) break;
  };
  socket.on("drain", more);
  for (const part of parts) socket.write(part);
  more();
}

describe.concurrent("a login", () => {
  test("asks the host's questions, in order, with sanitized text", async () => {
    const seen: string[] = [];
    const destination = await sshServer({ banner: "Hello \u001b[31mthere\r\nsecond" }, (client) => {
      client.on("authentication", (auth: AuthContext) => {
        seen.push(auth.method);
        if (auth.method !== "keyboard-interactive") return auth.reject(["keyboard-interactive", "password"]);
        return auth.prompt(
          [
            { prompt: "Name\u001b[2J: ", echo: true },
            { prompt: "Code: ", echo: false },
          ],
          "Second \u0007factor",
          "Look\r\nat your phone",
          (answers) => (answers.join() === "me,123" ? auth.accept() : auth.reject(["keyboard-interactive"])),
        );
      });
    });
    const someone = await person({ secrets: ["me", "321", "me", "123"] });
    await connect(someone, destination);
    expect(seen).toEqual(["none", "keyboard-interactive", "keyboard-interactive"]);
    expect(someone.secretsAsked.slice(0, 2)).toEqual([
      { text: "person@127.0.0.1: Name:", echo: true, detail: ["Second factor", "Look", "at your phone"] },
      { text: "person@127.0.0.1: Code:", echo: false, detail: ["Second factor", "Look", "at your phone"] },
    ]);
    expect(someone.log).toContain("ssh: banner: Hello there");
  });

  test("tries the password when keyboard-interactive is refused, and asks nothing without a terminal", async () => {
    const passwords: string[] = [];
    const destination = await sshServer({}, (client) => {
      client.on("authentication", (auth: AuthContext) => {
        if (auth.method === "password") {
          passwords.push(auth.password);
          if (auth.password === "made up") return auth.accept();
        }
        if (auth.method === "keyboard-interactive") {
          return auth.prompt([{ prompt: "P: ", echo: false }], () => auth.reject(["keyboard-interactive", "password"]));
        }
        return auth.reject(["publickey", "keyboard-interactive", "password"]);
      });
    });
    const someone = await person({ secrets: ["1", "2", "3", "wrong", "made up"] });
    await connect(someone, destination);
    expect(passwords).toEqual(["wrong", "made up"]);
    const alone = await person();
    const error = await failure(connect(alone, destination));
    expect(error.code).toBe("HOST_AUTH_FAILED");
    expect(alone.secretsAsked).toHaveLength(1);
    const batch = await person({ secrets: ["made up"] });
    await batch.write("config", "StrictHostKeyChecking accept-new\nBatchMode yes\n");
    expect((await failure(connect(batch, destination))).code).toBe("HOST_AUTH_FAILED");
    expect(batch.secretsAsked).toEqual([]);
  });

  test("fails after too many questions", async () => {
    const destination = await sshServer({}, (client) => {
      client.on("authentication", (auth: AuthContext) => {
        if (auth.method !== "keyboard-interactive") return auth.reject(["keyboard-interactive"]);
        const again = (): void => auth.prompt([{ prompt: "More? ", echo: true }], again);
        return again();
      });
    });
    const someone = await hurried({ secrets: Array.from({ length: 1000 }, () => "yes") });
    expect((await failure(connect(someone, destination))).code).toMatch(/HOST_/);
    expect(someone.secretsAsked.length).toBeLessThan(30);
  });

  test("waits as long as its user needs to answer; if the host disconnects, it ends after the answer", async () => {
    let leave = (): void => undefined;
    const destination = await sshServer({}, (client) => {
      leave = () => client.end();
      client.on("authentication", (auth: AuthContext) =>
        auth.method === "password" ? auth.accept() : auth.reject(["password"]),
      );
    });
    const someone = await hurried();
    let answer: (text: string) => void = () => undefined;
    let asked = Promise.withResolvers<void>();
    const ctx = {
      ...someone.ctx,
      askSecret: async () => {
        return await new Promise<string>((resolve) => {
          answer = resolve;
          asked.resolve();
        });
      },
    };
    const first = connectSsh(ctx, { destination });
    await asked.promise;
    // longer than ConnectTimeout
    await new Promise((done) => void setTimeout(done, 2500));
    answer("made up");
    const connection = await first;
    connection.close();

    let isOver = false;
    asked = Promise.withResolvers();
    const second = failure(connectSsh(ctx, { destination })).finally(() => (isOver = true));
    await asked.promise;
    leave();
    await new Promise((done) => void setTimeout(done, 300));
    expect(isOver).toBe(false);
    answer("too late");
    expect((await second).code).toBe("HOST_UNREACHABLE");
  });

  test("without an answer from the host ends within the time limit", async () => {
    const destination = await sshServer({}, (client) => void client.on("authentication", () => undefined));
    expect((await failure(connect(await hurried(), destination))).message).toMatch(/did not answer within 2 seconds/);
  });

  test("that fails reports what was tried, and the host's reason", async () => {
    const destination = await sshServer({}, (client) => {
      let count = 0;
      client.on("authentication", (auth: AuthContext) => {
        count += 1;
        if (count <= 2) return auth.reject(["publickey"]);
        // ssh2's server has no public way to leave with a reason, as sshd does.
        const { _protocol: protocol } = client as unknown as { _protocol: { disconnect(code: number): void } };
        return protocol.disconnect(2);
      });
    });
    const someone = await person();
    for (const name of ["id_rsa", "id_ecdsa", "id_ed25519"]) {
      const file = join(someone.home, ".ssh", name);
      await writeFile(file, newKey(ssh2), { mode: 0o600 });
    }
    const error = await failure(connect(someone, destination));
    expect(error.code).toBe("HOST_AUTH_FAILED");
    expect(error.message).toContain("id_rsa");
    expect(error.message).not.toContain("id_ed25519");
    expect(error.message).toMatch(/Authentication as person@127\.0\.0\.1:\d+ failed/);
    expect(error.hint).toMatch(/ssh -p \d+ person@127\.0\.0\.1/);
  });
});

describe("a host key", () => {
  test("that changes on the same connection is refused", async () => {
    const someone = await person({ yes: true });
    const place = { user: undefined, host: "box", port: undefined };
    const host = hostOptions(new Map([["userknownhostsfile", [join(someone.home, "known")]]]), place, {
      home: someone.home,
      localUser: "me",
      localHost: "here",
      uid: 1000,
      env: {},
    });
    const check = await createHostKeyCheck(someone.ctx, host);
    await check.verify(Buffer.from("one"));
    check.verifyAgain(Buffer.from("one"));
    await expect(check.verify(Buffer.from("two"))).rejects.toThrow(/had another key a moment ago/);
    expect(() => check.verifyAgain(Buffer.from("two"))).toThrow(/has the .* had another key a moment ago/);
    expect(someone.asked).toHaveLength(1);
  });

  test("is not asked about in batch mode", async () => {
    const destination = await sshServer({}, (client) => void client.on("authentication", (auth) => auth.accept()));
    const careful = await person({ yes: true });
    await careful.write("config", "BatchMode yes\n");
    expect((await failure(connect(careful, destination))).code).toBe("HOST_KEY_UNKNOWN");
    expect(careful.asked).toEqual([]);
    const asking = await person({ yes: true });
    await asking.write("config", "");
    await connect(asking, destination);
    expect(asking.asked).toHaveLength(1);
  });
});

describe("a channel", () => {
  test.each<[string, (client: ServerConnection, accept: () => ssh2.ServerChannel, reject: () => void) => void]>([
    ["that the host refuses", (_, __, reject) => reject()],
    ["while the host goes away", (client) => client.end()],
  ])("%s is an error only", async (_, behave) => {
    const destination = await sshServer({}, (client) => {
      client.on("authentication", (auth) => auth.accept());
      client.on("session", (accept) => accept().on("exec", (ok, no) => behave(client, ok, no)));
    });
    const connection = await connect(await person(), destination);
    expect((await failure(connection.exec("x"))).code).toBe("HOST_UNREACHABLE");
  });

  test("without an exit status has no code; a broken connection is reported to all pending calls", async () => {
    let halves = 0;
    const destination = await sshServer({}, (client) => {
      client.on("authentication", (auth) => auth.accept());
      client.on("session", (accept) =>
        accept().on("exec", (ok, _, { command }) => {
          const channel = ok();
          if (command === "quiet") return channel.end("out");
          channel.write("half");
          halves += 1;
          return halves === 2 ? client.end() : undefined;
        }),
      );
    });
    const connection = await connect(await person(), destination);
    const quiet = await connection.exec("quiet");
    quiet.stdout.resume();
    expect(await quiet.exit).toEqual({ code: null, signal: undefined });
    const half = await connection.exec("half");
    // These have no listener, which must not matter.
    void connection.exec("half");
    expect((await failure(half.exit)).message).toMatch(/connection to 127\.0\.0\.1:\d+ was lost/);
    expect(await connection.gone).toBeInstanceOf(CoworkError);
    half.stdin.write("into the void");
    half.resize(1, 1);
    half.close();
    connection.close();
  });
});

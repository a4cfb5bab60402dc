import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { processesIn } from "../../support/engine/engine-fixture.ts";
import { temporaryHome, type TestHome } from "../../support/home/home.ts";
import { runAs, runCowork, userEnvironment, type CoworkResult } from "../../support/home/run-cowork.ts";
import { sampleProject } from "../../support/git/sample-project.ts";
import { ensureSshClient } from "../../support/remote/ssh-client.ts";
import { openTerminal } from "../../support/tmux-terminal.ts";

/** OpenSSH's client, with only the configuration that `cowork ssh-config --write` wrote. */
let home: TestHome;
let cwd: string;
const blob = randomBytes(5_000_000);
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
// ssh reads the home folder from /etc/passwd and ignores HOME.
const configured = (): string[] => ["-F", join(home.home, ".ssh", "config")];
const ssh = (args: string[], input?: Uint8Array): Promise<CoworkResult> =>
  runAs(["ssh", ...configured(), ...args], { home, cwd: home.folder, timeoutMs: 100_000, ...(input && { input }) });

/** Starts an ssh that runs until `end` or the end of the test. */
function startSsh(args: string[]): { end: () => Promise<void>; stderr: () => string } {
  let stderr = "";
  const child = execa("ssh", [...configured(), ...args], {
    env: userEnvironment(home),
    extendEnv: false,
    reject: false,
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child;
  };
  onTestFinished(end);
  return { end, stderr: () => stderr };
}

beforeAll(async () => {
  await ensureSshClient();
  home = await temporaryHome();
  cwd = await sampleProject(home, "none");
  const made = await cowork("init", "a");
  if (made.code !== 0) throw new Error(made.stderr);
});
afterAll(async () => await home?.remove());

it("ssh-config prints the configuration; with --write it adds one Include line to the user's", async () => {
  const printed = await cowork("ssh-config");
  expect(printed.stdout).toMatch(/^Host cowork\.a cowork\.app\.a$/m);
  expect(await stat(join(home.home, ".ssh")).catch(() => "none")).toBe("none");
  const written = await cowork("ssh-config", "--write");
  expect([written.code, written.stderr]).toEqual([0, ""]);
  const own = join(home.coworkHome, "ssh", "config");
  expect(await readFile(join(home.home, ".ssh", "config"), "utf8")).toBe(`Include ${own}\n`);
  expect(await readFile(own, "utf8")).toContain(printed.stdout.trim());
  expect((await cowork("ssh-config", "--write")).stdout).toContain("already includes it");
});

it("a command runs in the session, and its output, error output and exit code are passed through", async () => {
  const inside = await cowork("connect", "a", "--", "sh", "-c", "hostname; pwd; id -un");
  expect(await ssh(["cowork.a", "hostname; pwd; id -un"])).toEqual({ code: 0, stdout: inside.stdout, stderr: "" });
  expect(await ssh(["cowork.app.a", "echo '$x  y'; echo aside >&2; exit 7"])).toEqual({
    code: 7,
    stdout: "$x  y\n",
    stderr: "aside\n",
  });
  expect(await ssh(["cowork.a"], Buffer.from("echo a shell: $0\n"))).toMatchObject({
    code: 0,
    stdout: "a shell: /bin/bash\n",
  });
});

it("5 MB are transferred unchanged in both directions, by ssh and both protocols of scp", async () => {
  const file = join(home.folder, "blob");
  await writeFile(file, blob);
  await ssh(["cowork.a", "cat >/tmp/in"], blob);
  for (const [flag, path] of [
    ["-s", "/tmp/sftp"],
    ["-O", "/tmp/rcp"],
  ] as const) {
    const copied = await runAs(["scp", "-q", ...configured(), flag, file, `cowork.a:${path}`], { home, cwd });
    expect(copied).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await ssh(["cowork.a", `cmp /tmp/in ${path}`])).code).toBe(0);
  }
  const back = await execa("ssh", [...configured(), "cowork.a", "cat /tmp/sftp"], {
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: 10_000_000,
    env: userEnvironment(home),
    extendEnv: false,
  });
  expect(blob.equals(back.stdout)).toBe(true);
});

it("a terminal passes its size, size changes and keys", async () => {
  const blind = await ssh(["-tt", "cowork.a", "tty; stty size; exit 5"]);
  expect([blind.code, blind.stdout]).toEqual([5, expect.stringMatching(/^\/dev\/pts\/\d+\r\n24 80\r\n$/)]);
  const [container = ""] = await home.machine.docker("ps", "-q", "--filter", `label=cowork.home=${home.hash}`);
  const sleeps = async (): Promise<boolean> => (await processesIn(container)).includes("sleep 613");
  const words = Object.entries(userEnvironment(home, { TERM: "xterm" })).map(([name, value]) => `${name}=${value}`);
  const terminal = await openTerminal(["env", "-i", ...words, "ssh", ...configured(), "cowork.a"], {
    columns: 90,
    rows: 25,
  });
  onTestFinished(() => terminal.close());
  await terminal.type("stty size; echo in:$PWD", "Enter");
  await terminal.shows(/^25 90\nin:\/workspaces\//m);
  await terminal.resize(70, 20);
  await terminal.answers("clear; stty size", /^20 70$/m);
  await terminal.type("clear; sleep 613", "Enter");
  // wait until sleep runs: an earlier Ctrl-C would reach only the shell
  await expect.poll(sleeps).toBe(true);
  await terminal.type("C-c");
  await expect.poll(sleeps).toBe(false);
  await terminal.type("exit 3", "Enter");
  await terminal.shows("code=3");
});

const httpServer = `use Socket; socket(my $l,PF_INET,SOCK_STREAM,0); setsockopt($l,SOL_SOCKET,SO_REUSEADDR,1);
bind($l,sockaddr_in(8099,INADDR_LOOPBACK)) or die; listen($l,5); print "listens\\n"; close STDOUT;
while (accept(my $c,$l)) { while(<$c>){last if /^\\r?\\n$/} print $c "HTTP/1.0 200 OK\\r\\n\\r\\nfrom inside"; close $c }`;

it("-L and -D forward to ports in the session and report a closed port; -R is refused", async () => {
  await ssh(["cowork.a", "cat >/tmp/http.pl"], Buffer.from(httpServer));
  const serving = await ssh([
    "cowork.a",
    "setsid perl -e 'close STDERR; do q(/tmp/http.pl)' </dev/null >/tmp/listens & until [ -s /tmp/listens ]; do sleep 0.1; done; cat /tmp/listens",
  ]);
  expect(serving.stdout).toBe("listens\n");
  const [web, closed, socks] = [await freePort(), await freePort(), await freePort()];
  const forward = ["-L", `${web}:localhost:8099`, "-L", `${closed}:localhost:1`, "-D", String(socks)];
  const { end, stderr } = startSsh(["-N", ...forward, "cowork.a"]);
  const get = async (port: number): Promise<string> => await (await fetch(`http://127.0.0.1:${port}/`)).text();
  await vi.waitFor(async () => expect(await get(web)).toBe("from inside"), { timeout: 20_000, interval: 200 });
  expect(await Promise.all([get(web), get(web), get(web)])).toEqual(Array(3).fill("from inside"));
  expect(await throughSocks(socks, "localhost", 8099)).toContain("from inside");
  await expect(get(closed)).rejects.toThrow("fetch failed");
  expect(stderr()).toContain("open failed: connect failed: connect to 127.0.0.1 port 1: Connection refused");
  await end();
  const back = await ssh(["-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:localhost:22", "cowork.a"]);
  expect([back.code, back.stderr]).toEqual([255, expect.stringContaining("remote port forwarding failed")]);
});

it("several commands run at the same time, over separate connections and over one", async () => {
  const both = await Promise.all(["1", "2"].map((one) => ssh(["cowork.a", `sleep 1; echo ${one}`])));
  expect(both.map(({ stdout }) => stdout)).toEqual(["1\n", "2\n"]);
  const control = ["-S", join(home.folder, "control")];
  const { end } = startSsh(["-M", ...control, "-N", "cowork.a"]);
  await vi.waitFor(async () => expect((await ssh([...control, "-O", "check", "cowork.a"])).code).toBe(0), 20_000);
  const shared = await Promise.all(
    ["3", "4", "5"].map((one) => ssh([...control, "cowork.a", "cat; cat >&2 </tmp/in"], Buffer.from(one))),
  );
  expect(shared.map(({ stdout }) => stdout)).toEqual(["3", "4", "5"]);
  await end();
});

it("a command in the session ends with the ssh that started it", async () => {
  const { end } = startSsh(["cowork.a", "echo $$ >/tmp/pid; exec sleep 700"]);
  const runs = async (): Promise<number> => (await ssh(["cowork.a", "kill -0 $(cat /tmp/pid)"])).code;
  await vi.waitFor(async () => expect(await runs()).toBe(0), 20_000);
  await end();
  await vi.waitFor(async () => expect(await runs()).toBe(1), 20_000);
});

it("a stopped session is started, also by two commands at the same time", async () => {
  expect((await cowork("stop", "a")).code).toBe(0);
  const started = await Promise.all([ssh(["cowork.a", "echo 1"]), ssh(["cowork.a", "echo 2"])]);
  expect(started.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, "1\n"],
    [0, "2\n"],
  ]);
});

it("a removed session gives one error and exit code 255, and ssh-config --write removes its name", async () => {
  const cleaned = await cowork("clean", "a", "--force");
  expect(cleaned.code, cleaned.stderr).toBe(0);
  const gone = await ssh(["cowork.a", "true"]);
  expect([gone.code, gone.stdout]).toEqual([255, ""]);
  expect(gone.stderr).toMatch(
    /^cowork: Session app-a does not exist\.\n {2}Next: cowork list --all\n[^]*cowork ssh-config --write/,
  );
  await cowork("ssh-config", "--write");
  expect(await readFile(join(home.coworkHome, "ssh", "config"), "utf8")).not.toContain("Host ");
});

/** Fetches a page through `-D` as a browser does: SOCKS 5, with the host name sent unresolved. */
async function throughSocks(port: number, host: string, to: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(Buffer.from([5, 1, 0]));
  await once(socket, "readable");
  socket.write(
    Buffer.concat([Buffer.from([5, 1, 0, 3, host.length]), Buffer.from(host), Buffer.from([to >> 8, to & 255])]),
  );
  socket.write("GET / HTTP/1.0\r\n\r\n");
  return await text(socket);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

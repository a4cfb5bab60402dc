import { randomBytes } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectSsh } from "../../../src/remote/ssh/connect.ts";
import type { RemoteContext } from "../../../src/remote/types.ts";
import type { SessionView } from "../../../src/session/types.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { type Interruption, cutConnections, pauseMachine, runInterrupted } from "../../support/remote/cut.ts";
import { temporaryHome, type TestHome } from "../../support/home/home.ts";
import { type RemoteMachine, startRemoteMachine } from "../../support/remote/remote-machine.ts";
import { runCowork, type CoworkResult, userEnvironment } from "../../support/home/run-cowork.ts";
import { git, sampleProject } from "../../support/git/sample-project.ts";
import { startSilentServer } from "../../support/remote/silent-server.ts";
import { startSlowLink } from "../../support/remote/slow-link.ts";

/** After failures of the network, the host or its disk, a command recovers by itself or reports the next step. */
let home: TestHome;
let machine: RemoteMachine;
let cwd: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
const interrupted = (args: string[], ...interruptions: Interruption[]): Promise<CoworkResult> =>
  runInterrupted(args, { home, cwd }, interruptions);
const cutWhen = (when?: string) => async (): Promise<void> => await cutConnections(machine, when);

/** Runs a shell line on the host; throws on an exit code other than 0. */
async function onHost(line: string): Promise<string> {
  const { code, stdout, stderr } = await machine.sh(line);
  if (code !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
  return stdout.trim();
}
const containers = async (id: string): Promise<string[]> =>
  (await onHost(`docker ps -aq --filter label=cowork.session=${id}`)).split("\n").filter((line) => line !== "");
const sessionsOf = ({ stdout, stderr }: CoworkResult): SessionView[] => {
  expect(stdout, stderr).toMatch(/^\{/);
  return (JSON.parse(stdout) as { sessions: SessionView[] }).sessions;
};

/** Expects one error with a next step, and no stack trace. */
function expectError({ stdout, stderr }: CoworkResult, code: string, message = /./): void {
  const { error } = JSON.parse(stdout) as { error?: { code: string; message: string; hint?: string } };
  expect(error, stdout + stderr).toMatchObject({ code, hint: expect.any(String) as string });
  expect(`${error?.message} ${error?.hint}`).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
}

/** The account's context, for connections from the test's process. */
function bareContext(): RemoteContext {
  const env = userEnvironment(home);
  return {
    env,
    run: createRun({ env }),
    ask: () => Promise.resolve(false),
    askSecret: () => Promise.resolve(undefined),
    log: () => undefined,
    signal: new AbortController().signal,
    clock: systemClock,
    user: { home: home.home, name: "tester", uid: process.getuid?.() ?? 0 },
  };
}

const shortTimeouts = ["ConnectTimeout 5", "ServerAliveInterval 2", "ServerAliveCountMax 2"];

beforeAll(async () => {
  home = await temporaryHome();
  cwd = await sampleProject(home, "image", { files: { "big.hex": randomBytes(15_000_000).toString("hex") } });
  const local = cowork("init", "here");
  machine = await startRemoteMachine("remote-broken");
  await machine.giveAccess(home, "box", { lines: shortTimeouts });
  if ((await local).code !== 0) throw new Error((await local).stderr);
  // Copies the agent's program, so that the host does not have to download it.
  await onHost("mkdir -p /root/.cowork/lib");
  await execa("docker", ["cp", join(home.coworkHome, "lib", "agents"), `${machine.container}:/root/.cowork/lib/`]);
  await onHost("chmod 700 /root/.cowork");
});
afterAll(async () => {
  await machine.remove();
  await home.remove();
});

describe("a full disk on the host", () => {
  it("gives DISK_FULL when cowork's program does not fit, and no part of it is left", async () => {
    await onHost("mkdir -p /root/.cowork/lib/node && mount -t tmpfs -o size=4m tmpfs /root/.cowork/lib/node");
    const full = await cowork("--host", "box", "list", "--json");
    expect(full.code).toBe(1);
    expectError(full, "DISK_FULL", /box/);
    expect(await onHost("find /root/.cowork/lib/node -type f")).toBe("");
    await onHost("umount /root/.cowork/lib/node");
  });
});

describe("a connection that is cut", () => {
  it("while Node or the project is sent or the container starts: init reconnects each time and succeeds", async () => {
    // What is sent to a folder stays half received until the connection is cut, and the project at least unread.
    const hold = (what: string): string => `/tmp/hold-${what}`;
    const cutHeld = (what: string, when: string) => async (): Promise<void> => {
      await cutConnections(machine, `[ -n "$(find ${when})" ]`);
      await onHost(`rm ${hold(what)}`);
    };
    const whileHeld = (what: string): string => `while [ -e "${hold(what)}" ]; do sleep 0.02; done`;
    const wrap = async (program: string, before: string): Promise<string> =>
      await onHost(`cat >/usr/local/bin/${program} <<'end' && chmod 755 /usr/local/bin/${program}
#!/bin/sh
${before}
exec /usr/bin/${program} "$@"
end`);
    await onHost(`touch ${["node", "remote", "project"].map(hold).join(" ")}`);
    await wrap("gzip", `folder=$(readlink /proc/$$/fd/1 | cut -d/ -f5)\n${whileHeld("$folder")}`);
    await wrap("git", `case " $* " in *" bundle list-heads "*) ${whileHeld("project")} ;; esac`);
    const incoming = "/root/.cowork/projects/*.git/cowork-incoming -size +1000k";
    const result = await interrupted(
      ["--host", "box", "init", "a", "--json"],
      { at: /sending Node/, do: cutHeld("node", "/root/.cowork/lib/node -name '.in.*'") },
      { at: /sending cowork/, do: cutHeld("remote", "/root/.cowork/lib/remote -name '.in.*'") },
      { at: /sending the project: /, do: cutHeld("project", incoming) },
      { at: /MB already sent/, do: () => undefined },
      { at: /a {2}container {2}starting/, do: cutWhen() },
    );
    expect(result.code, result.stderr).toBe(0);
    expect(sessionsOf(result)).toMatchObject([{ name: "a", host: "box", state: "running" }]);
    await onHost("rm /usr/local/bin/gzip /usr/local/bin/git");
    expect(await containers("app-a")).toHaveLength(1);
    expect(await onHost("ls -A /root/.cowork/projects/app.git/cowork-incoming /root/.cowork/lib/node/bin")).not.toMatch(
      /bundle|\.in\./,
    );
    expect(await cowork("connect", "a", "--", "git", "status", "--porcelain")).toMatchObject({ code: 0, stdout: "" });
  });

  it("while cowork is killed: running the same command again completes the sessions without duplicates", async () => {
    const killed = await interrupted(["--host", "box", "init", "b", "c"], {
      at: /b {2}container {2}starting/,
      do: async (kill) => {
        kill("SIGKILL");
        await cutConnections(machine);
      },
    });
    expect(killed.code).toBe(137);
    const again = await cowork("--host", "box", "init", "b", "c", "--json");
    expect(again.code, again.stderr).toBe(0);
    expect(sessionsOf(again)).toMatchObject([
      { name: "b", state: "running" },
      { name: "c", state: "running" },
    ]);
    for (const name of ["b", "c"]) expect(await containers(`app-${name}`)).toHaveLength(1);
    expect(await readFile(join(cwd, ".cowork/.cowork.conf"), "utf8")).toMatch(/^SESSIONS *= *here a@box b@box c@box$/m);
  });

  it("while a command runs in a session: connect exits with 4 and the command ends", async () => {
    const result = await interrupted(["connect", "a", "--", "sh", "-c", "echo it runs; exec sleep 4242"], {
      at: /it runs/,
      do: cutWhen(),
    });
    expect(result.code, result.stderr).toBe(4);
    expect(result.stderr).toMatch(/connection to box broke/);
    await onHost("while pgrep -f '^sleep 4242'; do sleep 0.1; done");
  });

  it("during pull: no ref is created, and the next pull fetches everything", async () => {
    const work = "head -c 40000000 /dev/urandom >noise && git add noise && git commit -qm noise && git rev-parse HEAD";
    const made = await cowork("connect", "a", "--", "sh", "-ec", work);
    expect(made.code, made.stderr).toBe(0);
    const [broken] = await Promise.all([
      cowork("pull", "a", "--json"),
      cutConnections(machine, '[ -n "$(find /root/.cowork/state/.tmp/out-*/out -size +30000k)" ]'),
    ]);
    expect(broken.code, broken.stderr).toBe(4);
    expectError(broken, "HOST_UNREACHABLE");
    expect(await git(cwd, "for-each-ref", "refs/heads/a", "refs/cowork")).toBe("");
    const again = await cowork("pull", "a");
    expect(again.code, again.stderr).toBe(0);
    expect(await git(cwd, "rev-parse", "a")).toBe(made.stdout.trim());
  });

  it("before clean knows what is saved: nothing is removed", async () => {
    const made = await cowork("connect", "b", "--", "git", "commit", "-q", "--allow-empty", "-m", "only there");
    expect(made.code, made.stderr).toBe(0);
    // The host asks what the project's origin has. This origin never answers, so clean waits until the connection is cut.
    await using origin = await startSilentServer();
    await git(cwd, "remote", "add", "origin", `git://127.0.0.1:${origin.port}/app.git`);
    const cleaning = cowork("clean", "b", "--json");
    await origin.asked;
    await cutConnections(machine);
    const result = await cleaning;
    await git(cwd, "remote", "remove", "origin");
    expect(result.code, result.stderr).toBe(4);
    expectError(result, "HOST_UNREACHABLE");
    expect(await containers("app-b")).toHaveLength(1);
    expect(await cowork("connect", "b", "--", "git", "log", "-1", "--format=%s")).toMatchObject({
      code: 0,
      stdout: "only there\n",
    });
    expect((await cowork("clean", "b", "--json")).code).toBe(3);
  });

  it("while a log and events are followed: both go on after what they showed, and lose and repeat nothing", async () => {
    const log = "/root/.cowork/state/app-a/logs/up.log";
    const add = async (line: string): Promise<string> => await onHost(`echo '${line}' >>${log}`);
    await add("made-up line 1");
    expect((await cowork("claim", "a", "first/**")).code).toBe(0);
    // Both are there when the first connection breaks.
    const following = Promise.withResolvers<void>();
    const [events, logs] = await Promise.all([
      interrupted(
        ["events", "a", "-f", "--since", "1h"],
        { at: /first/, do: () => following.resolve() },
        { at: /second/, do: (kill) => kill("SIGINT") },
      ).finally(() => following.resolve()),
      following.promise.then(async () =>
        interrupted(
          ["logs", "a", "--setup", "-f"],
          { at: /made-up line 1/, do: async () => (await cutConnections(machine), await add("made-up line 2")) },
          { at: /connection to box broke/, do: () => undefined },
          { at: /made-up line 2/, do: () => pauseMachine(machine.container) },
          { at: /box does not answer/, do: () => execa("docker", ["unpause", machine.container]) },
          {
            at: /box answers/,
            do: async () => (await cowork("claim", "a", "second/**"), await add("made-up line 3")),
          },
          { at: /made-up line 3/, do: (kill) => kill("SIGINT") },
        ),
      ),
    ]);
    const whole = (await onHost(`cat ${log}`)).split("\n").filter((line) => line.startsWith("made-up"));
    const shown = logs.stdout.split("\n").filter((line) => line.startsWith("made-up"));
    expect(shown).toEqual(whole);
    expect(logs.stdout).toBe((await cowork("logs", "a", "--setup")).stdout);
    for (const glob of ["first/**", "second/**"]) expect(events.stdout.split(glob), glob).toHaveLength(2);
    expect((await cowork("claim", "a", "--release")).code).toBe(0);
  });

  it("by a paused host: init continues when the host runs again", async () => {
    const result = await interrupted(
      ["--host", "box", "init", "still", "--json"],
      { at: /still {2}container {2}starting/, do: () => pauseMachine(machine.container) },
      { at: /connection to box broke/, do: () => execa("docker", ["unpause", machine.container]) },
    );
    expect(result.code, result.stderr).toBe(0);
    expect(await containers("app-still")).toHaveLength(1);
  });
});

describe("Ctrl-C", () => {
  it("ends init's job on the host, and the next init completes the session", async () => {
    const result = await interrupted(["--host", "box", "init", "ctrl"], {
      at: /ctrl {2}container {2}starting/,
      do: (kill) => kill("SIGINT"),
    });
    expect(result.code, result.stderr).toBe(130);
    // The job on the host must end, not only the local command.
    await onHost("while pgrep -f '[_]_host job'; do sleep 0.1; done");
    const again = await cowork("--host", "box", "init", "ctrl", "--json");
    expect(again.code, again.stderr).toBe(0);
    expect(sessionsOf(again)).toMatchObject([{ name: "ctrl", state: "running" }]);
    expect(await containers("app-ctrl")).toHaveLength(1);
  });
});

it("two init commands at the same time on one host both succeed", async () => {
  await writeFile(join(cwd, "news"), "for both\n");
  await git(cwd, "add", "news");
  await git(cwd, "-c", "user.name=T", "-c", "user.email=t@example.invalid", "commit", "-qm", "News");
  const [one, two, list] = await Promise.all([
    cowork("--host", "box", "init", "one", "--no-start", "--json"),
    cowork("--host", "box", "init", "two", "--no-start", "--json"),
    cowork("--host", "box", "list", "--json"),
  ]);
  for (const result of [one, two, list]) expect(result.code, result.stderr).toBe(0);
  const names = sessionsOf(await cowork("--host", "box", "list", "--json")).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["one", "two"]));
});

describe("a host's key", () => {
  const host = async (alias: string, known: string): Promise<void> => {
    const file = join(home.home, ".ssh", `known-${alias}`);
    await writeFile(file, known);
    const lines = [`HostName ${machine.address}`, "User root", `IdentityFile ${join(home.home, ".ssh/id_test")}`];
    const own = [`Host ${alias}`, ...lines, `UserKnownHostsFile ${file}`, ...shortTimeouts].join("\n  ");
    await appendFile(join(home.home, ".ssh/config"), `${own}\n\n`);
  };

  it("that is unknown is refused without a terminal to ask on", async () => {
    await host("stranger", "");
    const result = await cowork("--host", "stranger", "list", "--json");
    expect(result.code).toBe(4);
    expectError(result, "HOST_KEY_UNKNOWN", /SHA256:[A-Za-z0-9+/]{43}/);
    expect(await readFile(join(home.home, ".ssh/known-stranger"), "utf8")).toBe("");
  });

  it("that changed or was revoked is refused", async () => {
    const keys = await machine.hostKeys(machine.address);
    await host(
      "changed",
      keys
        .replace(/(?<=AAAAC3NzaC1lZDI1NTE5AAAAI)\S{20}/, "B".repeat(20))
        .split("\n")
        .filter((line) => line.includes("ed25519"))
        .join("\n"),
    );
    const changed = await cowork("--host", "changed", "list", "--json");
    expect(changed.code).toBe(4);
    expectError(changed, "HOST_KEY_CHANGED");
    await host("revoked", keys.replaceAll(/^(?=\S)/gm, "@revoked "));
    const revoked = await cowork("--host", "revoked", "list", "--json");
    expect(revoked.code).toBe(4);
    expectError(revoked, "HOST_KEY_REVOKED");
  });
});

describe("a host that lacks something", () => {
  it("disk space for the project: init reports DISK_FULL and succeeds when there is space", async () => {
    const big = await sampleProject(home, "image", {
      name: "big",
      files: { hex: randomBytes(8_000_000).toString("hex") },
    });
    const init = (): Promise<CoworkResult> =>
      runCowork(["--host", "box", "init", "full", "--no-start", "--json"], { home, cwd: big });
    // The mount hides the other project's store until it is unmounted.
    await onHost("mount -t tmpfs -o size=6m tmpfs /root/.cowork/projects");
    const full = await init();
    expect(full.code, full.stderr).toBe(1);
    expectError(full, "DISK_FULL", /box/);
    await onHost("mount -o remount,size=100m /root/.cowork/projects");
    const made = await init();
    expect(made.code, made.stderr).toBe(0);
    await onHost("umount /root/.cowork/projects");
    expect((await cowork("connect", "a", "--", "true")).code).toBe(0);
  });

  it("git: init reports it and names the host", async () => {
    await onHost("mv /usr/bin/git /usr/bin/git.away");
    const result = await cowork("--host", "box", "init", "nogit", "--json");
    await onHost("mv /usr/bin/git.away /usr/bin/git");
    expect(result.code, result.stderr).toBe(1);
    expectError(result, "GIT_MISSING", /on box: .*git/);
  });

  it("its engine: commands exit with 4 and name the host", async () => {
    await onHost("kill $(cat /var/run/docker.pid); while [ -e /var/run/docker.pid ]; do sleep 0.1; done");
    const list = await cowork("--host", "box", "list", "--json");
    const init = await cowork("--host", "box", "init", "noengine", "--json");
    await onHost(
      "(setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &) ; until docker info >/dev/null 2>&1; do sleep 0.3; done",
    );
    for (const result of [list, init]) expect(result.code, result.stdout).toBe(4);
    expectError(list, "ENGINE_UNREACHABLE", /^box: .*cowork --host box doctor/);
    expect(sessionsOf(init)).toMatchObject([
      { name: "noengine", error: { code: "ENGINE_UNREACHABLE", message: expect.stringMatching(/^box: /) as string } },
    ]);
    expect((await cowork("--host", "box", "init", "noengine")).code).toBe(0);
  });

  it("its network: list shows its sessions as unreachable and still shows the local ones", async () => {
    await onHost("iptables -I INPUT -p tcp --dport 22 -j DROP");
    const [list, status, here] = await Promise.all([
      cowork("list", "--json"),
      cowork("status", "--json"),
      cowork("connect", "here", "--", "true"),
    ]);
    const one = await cowork("--host", "box", "list", "--json");
    await onHost("iptables -D INPUT -p tcp --dport 22 -j DROP");
    for (const result of [list, status]) {
      const sessions = sessionsOf(result);
      expect(sessions.find(({ name }) => name === "here")).toMatchObject({ state: "running", host: "local" });
      expect(sessions.find(({ name }) => name === "a")).toMatchObject({ state: "unreachable", host: "box" });
      expect(result.stderr).toMatch(/box/);
    }
    expect(here.code).toBe(0);
    expect(one.code).toBe(4);
    expectError(one, "HOST_UNREACHABLE", /box/);
  });
});

it("list takes at most four round trips after login on a host that has cowork", async () => {
  await using link = await startSlowLink({ host: machine.address, port: 22 }, { delayMs: 100 });
  const known = await machine.hostKeys(`[127.0.0.1]:${link.port}`);
  await appendFile(join(home.home, ".ssh/known_hosts"), known);
  const key = join(home.home, ".ssh/id_test");
  const lines = ["Host slow", "HostName 127.0.0.1", `Port ${link.port}`, "User root", `IdentityFile ${key}`];
  await appendFile(join(home.home, ".ssh/config"), `${lines.join("\n  ")}\n\n`);
  const connection = await connectSsh(bareContext(), { destination: "slow" });
  const login = link.connections[0]?.trips ?? 0;
  connection.close();
  const list = await cowork("--host", "slow", "list", "--json");
  expect(list.code, list.stderr).toBe(0);
  expect(sessionsOf(list).map(({ name }) => name)).toContain("a");
  expect(link.connections).toHaveLength(2);
  expect(login).toBeGreaterThan(2);
  expect((link.connections[1]?.trips ?? Infinity) - login).toBeLessThanOrEqual(4);
});

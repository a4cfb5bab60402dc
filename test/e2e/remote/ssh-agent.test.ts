import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../../support/home/home.ts";
import { runCowork, type CoworkResult } from "../../support/home/run-cowork.ts";
import { git, sampleProject } from "../../support/git/sample-project.ts";
import { startSshServer, type SshServer } from "../../support/remote/ssh-server.ts";

/** Pushes from a session with real git over a real sshd, with a key that only the user's ssh-agent has. */
let home: TestHome;
let server: SshServer;
let cwd: string;
const cowork = (env: Record<string, string>, ...args: string[]): Promise<CoworkResult> =>
  runCowork(args, { home, cwd, env });
const inside = (env: Record<string, string>, script: string): Promise<CoworkResult> =>
  cowork(env, "connect", "a", "--", "sh", "-c", script);
const commitAndPush = "git commit -q --allow-empty -m more && git push -q origin HEAD:refs/heads/a";
const sockets = async (): Promise<string[]> => {
  const folder = join(home.coworkHome, "state", "app-a", "container", "ssh-agent");
  return (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".sock"));
};

beforeAll(async () => {
  home = await temporaryHome();
  server = await startSshServer("ssh-agent", join(home.folder, "agents"));
  cwd = await sampleProject(home, "none");
  await git(cwd, "remote", "add", "origin", server.url);
  await mkdir(join(home.home, ".ssh"), { mode: 0o700 });
  await writeFile(join(home.home, ".ssh", "known_hosts"), server.knownHost);
});
afterAll(async () => {
  await server?.remove();
  await home?.remove();
});

it("SSH_AGENT is off by default, and sessions cannot reach the user's agent", async () => {
  const { socket } = await server.startAgent();
  const made = await cowork({ SSH_AUTH_SOCK: socket }, "init", "a");
  expect(made.code, made.stderr).toBe(0);
  const seen = await inside({ SSH_AUTH_SOCK: socket }, 'echo "${SSH_AUTH_SOCK-none}"; ls /opt/cowork/session');
  expect(seen.stdout).toMatch(/^none\n/);
  expect(seen.stdout).not.toContain("ssh-agent");
  expect((await inside({ SSH_AUTH_SOCK: socket }, commitAndPush)).code).not.toBe(0);
});

it("with SSH_AGENT on, git pushes from a session, and the socket is removed when the command ends", async () => {
  await cowork({}, "config", "set", "SSH_AGENT", "on");
  const { socket } = await server.startAgent();
  const pushed = await inside({ SSH_AUTH_SOCK: socket }, `${commitAndPush} && git rev-parse HEAD; echo $SSH_AUTH_SOCK`);
  const [head, path] = pushed.stdout.split("\n");
  expect(pushed.code, pushed.stderr).toBe(0);
  expect(await server.tip("refs/heads/a")).toBe(head);
  expect(await sockets()).toEqual([]);
  // host names are hashed, so that the session does not learn them
  const late = await inside(
    {},
    `grep -c '^|1|' /opt/cowork/session/ssh-agent/known_hosts; SSH_AUTH_SOCK=${path} ssh-add -l`,
  );
  expect(late.stdout).toMatch(/^1\n/);
  expect(late.code).not.toBe(0);
});

it("a running command uses the agent of the next connect after its own agent ended", async () => {
  const [first, second] = [await server.startAgent(), await server.startAgent()];
  const waits = inside(
    { SSH_AUTH_SOCK: first.socket },
    "ssh-add -l >/dev/null && touch /tmp/ready; while [ ! -e /tmp/go ]; do sleep 0.1; done; ssh-add -l",
  );
  const next = await inside({ SSH_AUTH_SOCK: second.socket }, "while [ ! -e /tmp/ready ]; do sleep 0.1; done; echo is");
  expect(next.stdout).toBe("is\n");
  await first.end();
  await inside({ SSH_AUTH_SOCK: second.socket }, "touch /tmp/go");
  const { stdout, code } = await waits;
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^256 SHA256:/)]);
});

it("switching SSH_AGENT off cuts commands that still run, and connect reports when no agent answers", async () => {
  const { socket } = await server.startAgent();
  const script = "rm -f /tmp/go; touch /tmp/open; while [ ! -e /tmp/go ]; do sleep 0.1; done; ssh-add -l";
  const waits = inside({ SSH_AUTH_SOCK: socket }, script);
  await inside({ SSH_AUTH_SOCK: socket }, "while [ ! -e /tmp/open ]; do sleep 0.1; done");
  const none = await inside({ SSH_AUTH_SOCK: join(home.folder, "nothing") }, "true");
  expect(none.stderr).toContain("no SSH agent is running");
  await cowork({}, "config", "set", "SSH_AGENT", "off");
  expect((await inside({ SSH_AUTH_SOCK: socket }, "touch /tmp/go")).code).toBe(0);
  expect((await waits).code).not.toBe(0);
});

import { lstat, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { endAccessToken, logInByHand, plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

let vendor: Vendor;
let host: AgentHost;
let sessions: PlainSession[];
const ids = ["p-a", "p-b", "p-c", "p-d"];
/** half of the sessions run as root, so the launcher changes to the session's uid */
const userOf = (session: PlainSession): { user: string } | undefined =>
  ids.indexOf(session.id) % 2 === 1 ? { user: "0:0" } : undefined;

beforeAll(async () => {
  vendor = await startVendor("agent-shared-login");
  host = await agentHost();
  await logInByHand(host, vendor);
  sessions = await Promise.all(ids.map((id) => plainSession(host, vendor, { id })));
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

test("four sessions, two of them as root, refresh an expired access token once each time", async () => {
  for (let round = 0; round < 3; round += 1) {
    await endAccessToken(host);
    await vendor.clearJournal();
    const answers = await Promise.all(sessions.map((one) => one.run(["claude", "-p", "hi"], userOf(one))));
    expect(answers).toEqual(ids.map(() => ({ code: 0, out: "made-up answer" })));
    const journal = await vendor.journal();
    expect(journal.filter((entry) => entry.what === "refresh")).toEqual([
      expect.objectContaining({ ok: true, revoked: [] }),
    ]);
    expect(journal.filter((entry) => entry.what === "refused")).toEqual([]);
  }
  const file = await lstat(join(host.ctx.paths.vault("claude"), ".credentials.json"));
  expect([file.uid, file.mode & 0o777]).toEqual([host.ctx.user.sessionUid, 0o600]);
});

test("agent and user can edit each other's files when the user is root", async () => {
  const [, session] = sessions;
  const root = { user: "0:0" };
  await session!.run(["sh", "-c", "umask 077; mkdir /work/of-root; echo root >/work/of-root/file"], root);
  // the agent's tools run like this: as the session's uid, with root's access to files
  const asAgent = [
    "setpriv",
    "--reuid",
    String(host.ctx.user.sessionUid),
    "--regid",
    String(host.ctx.user.sessionGid),
    "--clear-groups",
  ];
  const caps = "+chown,+dac_override,+fowner";
  const agentShell = [...asAgent, "--inh-caps", caps, "--ambient-caps", caps, "sh", "-c"];
  await session!.run(
    [...agentShell, "umask 077; echo agent >>/work/of-root/file; echo agent >/work/of-root/of-agent"],
    root,
  );
  const shown = await session!.run(
    [
      "sh",
      "-c",
      "cat /work/of-root/file; echo root >>/work/of-root/of-agent; cat /work/of-root/of-agent; stat -c %u /work/of-root/of-agent",
    ],
    root,
  );
  expect(shown.out.split("\n")).toEqual(["root", "agent", "agent", "root", String(host.ctx.user.sessionUid)]);
});

test("the launcher refuses other users, and refuses root when setpriv is missing", async () => {
  const [session] = sessions;
  expect(await session!.run(["claude", "-p", "hi"], { user: "4242" })).toMatchObject({
    code: 126,
    out: expect.stringContaining("uid 4242"),
  });
  const without = [
    "sh",
    "-c",
    "mkdir /tmp/bin && for p in id uname sh; do ln -s $(command -v $p) /tmp/bin; done; PATH=/tmp/bin /opt/cowork/bin/claude -p hi",
  ];
  expect(await session!.run(without, { user: "0:0" })).toMatchObject({
    code: 126,
    out: expect.stringContaining("no setpriv"),
  });
});

test("no token appears in docker inspect, a process list or the log", async () => {
  const { execa } = await import("execa");
  const secret = JSON.parse(
    await readFile(join(host.ctx.paths.vault("claude"), ".credentials.json"), "utf8"),
  ).claudeAiOauth;
  const [session] = sessions;
  const running = session!.run(["claude", "-p", "hi"]);
  const views = await Promise.all([
    execa("docker", ["inspect", ...sessions.map((one) => one.container)]),
    execa("docker", ["top", session!.container, "-eo", "pid,args"]),
  ]);
  await running;
  for (const { stdout } of views) {
    expect(stdout).not.toContain(secret.accessToken);
    expect(stdout).not.toContain(secret.refreshToken);
  }
  expect(host.log.join("\n")).not.toContain("sk-ant");
});

test("the launcher reports a missing login and the next step", async () => {
  const [session] = sessions;
  const path = join(host.ctx.paths.vault("claude"), ".credentials.json");
  const content = await readFile(path);
  await writeFile(path, "");
  const answer = await session!.run(["claude", "-p", "hi"]);
  await writeFile(path, content);
  expect(answer.code).not.toBe(0);
  expect(answer.out).toContain("cowork auth login");
  expect((await session!.run(["claude", "-p", "hi"])).out).toBe("made-up answer");
});

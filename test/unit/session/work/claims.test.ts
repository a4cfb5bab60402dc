import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stopSessions } from "../../../../src/session/lifecycle/stop.ts";
import { agentWork } from "../../../../src/session/work/agent-work.ts";
import { claimPaths, listClaims, releaseClaims } from "../../../../src/session/work/claims.ts";
import { appendHistory } from "../../../../src/work/history/append.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

async function twoSessions(): Promise<SessionHost> {
  const host = await sessionHost();
  onTestFinished(async () => await host.end());
  await host.init("a", "b");
  return host;
}

const one = (host: SessionHost, name: string) => ({ ...host.select(name), names: [name] as [string] });
const list = (host: SessionHost, name: string): string =>
  readFileSync(join(host.ctx.paths.container(`app-${name}`), "claims"), "utf8");
const journal = (host: SessionHost, name: string): string =>
  readFileSync(host.ctx.paths.journal(`app-${name}`), "utf8");

test("a claim is in the lists of all sessions, until it is released, the session stops, or it lapses", async () => {
  const host = await twoSessions();
  const { ctx } = host;
  const claim = await claimPaths(ctx, one(host, "a"), { globs: ["src/**"], mode: "exclusive", why: "mine" });
  expect(claim).toMatchObject({ session: "a", project: "app", by: "person" });
  expect(list(host, "b")).toMatch(/^cowork-claims 1\nexclusive\t\d+\t..:.. UTC\ta\tmine\tsrc\/\*\*\t/);
  expect(list(host, "a")).toContain("own-exclusive\t");
  await expect(claimPaths(ctx, one(host, "b"), { globs: ["src/x"], mode: "shared" })).rejects.toMatchObject({
    code: "CLAIMED",
  });
  await releaseClaims(ctx, one(host, "a"), []);
  expect(list(host, "b")).toBe("cowork-claims 1\n");
  await claimPaths(ctx, one(host, "b"), { globs: ["src/x"], mode: "shared" });
  await claimPaths(ctx, one(host, "a"), { globs: ["docs/**"], mode: "exclusive" });

  await stopSessions(ctx, host.select("b"), { concurrency: 1 });
  expect((await listClaims(ctx, host.select())).map(({ session }) => session)).toEqual(["a"]);
  // An hour without a sign of the agent, then half an hour with one.
  const late = (minutes: number) => ({
    ...ctx,
    clock: { ...ctx.clock, now: () => new Date(Date.now() + minutes * 60_000) },
  });
  await appendHistory(late(50), "app-a", [{ source: "agent", type: "agent.tool" }]);
  expect(await listClaims(late(80), host.select())).toHaveLength(1);
  expect(await listClaims(late(150), host.select())).toEqual([]);
  expect(list(host, "a")).toMatch(/\nlapsed\t[0-9a-f]{8}\t-\t-\tYour exclusive claim on docs\/\*\* has lapsed at /);
  expect(journal(host, "a")).toContain('"claim.lapsed"');
  expect(journal(host, "a")).toContain('"claim.released"');
});

test("what a session asks is answered at the next look: its own project, names only, and nothing a person decides", async () => {
  const host = await twoSessions();
  const mail = join(host.ctx.paths.events("app-a"), "mail");
  await mkdir(mail, { recursive: true });
  let count = 0;
  const ask = async (request: unknown): Promise<string> => {
    const name = `00000000-0000-4000-8000-${String((count += 1)).padStart(12, "0")}`;
    await writeFile(join(mail, name), typeof request === "string" ? request : JSON.stringify(request));
    await agentWork(host.ctx, host.select(), { check: false });
    return readFileSync(join(host.ctx.paths.container("app-a"), "mail", name), "utf8");
  };
  expect(await ask({ ask: "sessions" })).toBe("0\na  none  (this session)\nb  none\n");
  expect(await ask({ ask: "claim", mode: "shared", why: "", globs: ["src/**"] })).toMatch(
    /^0\nshared claim on src\/\*\* until /,
  );
  expect(await listClaims(host.ctx, host.select())).toMatchObject([{ session: "a", by: "session" }]);
  expect(await ask({ ask: "claim", mode: "exclusive", why: "it's mine", globs: ["lib/**"] })).toBe(
    "1\ncowork: an exclusive claim keeps others out, so a person has to make it. Ask for it, with this command:\ncowork claim a 'lib/**' --exclusive --why 'it'\\''s mine'\n",
  );
  expect(await ask({ ask: "claim", mode: "shared", why: "", globs: ["../x"] })).toMatch(
    /^1\ncowork: `\.\.\/x` cannot be claimed/,
  );
  expect(await ask({ ask: "release", globs: [] })).toBe("0\nreleased src/**\n");
  await appendHistory(host.ctx, "app-a", [
    { source: "cowork", type: "conflict.found", data: { with: "b", class: "textual", paths: ["x.ts"] } },
    { source: "cowork", type: "conflict.found", data: { with: "c", class: "textual", paths: ["y.ts"] } },
    { source: "cowork", type: "conflict.gone", data: { with: "c" } },
  ]);
  expect(await ask({ ask: "conflicts" })).toMatch(/^0\nb {2}textual {2}x\.ts {2}as of \S+\n$/);
  expect(await ask("{")).toBe("1\ncowork: the host cannot read this request\n");
  expect(await ask({ ask: "other" })).toContain("cannot read");
  // Links and floods are not followed.
  await symlink(host.ctx.paths.record("app-b"), join(mail, "00000000-0000-4000-8000-0000000000aa"));
  for (let n = 0; n < 20; n += 1)
    await writeFile(join(mail, `10000000-0000-4000-8000-${String(n).padStart(12, "0")}`), "{}");
  await agentWork(host.ctx, host.select(), { check: false });
  expect(readdirSync(mail)).toEqual([]);
  expect(existsSync(host.ctx.paths.record("app-b"))).toBe(true);
  const answers = readdirSync(join(host.ctx.paths.container("app-a"), "mail"));
  expect(answers.filter((name) => name.startsWith("1")).length).toBeLessThanOrEqual(5);
});

test("a mailbox that cannot be emptied or answered keeps no one from the sessions, and is not answered again and again", async () => {
  const host = await twoSessions();
  const mail = join(host.ctx.paths.events("app-a"), "mail");
  const answers = join(host.ctx.paths.container("app-a"), "mail");
  await mkdir(join(mail, "00000000-0000-4000-8000-000000000001"), { recursive: true });
  const look = async (): Promise<string[]> =>
    (await agentWork(host.ctx, host.select(), { check: false })).map(({ name }) => name);
  expect(await look()).toEqual(["a", "b"]);
  expect(existsSync(answers)).toBe(false);
  // Nothing can be written there, as on a full disk.
  await writeFile(answers, "");
  await writeFile(join(mail, "00000000-0000-4000-8000-000000000002"), "{}");
  expect(await look()).toEqual(["a", "b"]);
});

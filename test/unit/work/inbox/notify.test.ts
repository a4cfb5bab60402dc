import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { takeInReports } from "../../../../src/work/inbox/take-in.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";
import { tree } from "../../../support/git/tree.ts";
import { workFolder } from "../../../support/work-place.ts";

let place: Awaited<ReturnType<typeof workFolder>>;
let bin: string;
let session: string;
const shells = ["/bin/dash", "/bin/bash"];

/** The program as containers have it, with this test's folders in place of the container's. */
beforeEach(async () => {
  place = await workFolder();
  const root = await temporaryFolder();
  [bin, session] = [join(root, "bin"), join(root, "session")];
  await mkdir(bin);
  await mkdir(session);
  const facts = { id: "shop-a", name: "a", project: "shop", host: "box", uid: 1000, gid: 1000 };
  await writeFile(join(session, "session.json"), `${JSON.stringify(facts)}\n`);
  const program = await readFile(join(tree, "templates/container/cowork"), "utf8");
  const here = program.replace("/opt/cowork/session", session).replace("/cowork/session/events", place.events);
  await writeFile(join(bin, "cowork"), here);
  await chmod(join(bin, "cowork"), 0o755);
});

interface Result {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

async function cowork(args: string[], path = `${bin}:/usr/bin:/bin`): Promise<Result> {
  const options = { reject: false, env: { PATH: path }, extendEnv: false, cwd: session } as const;
  const { exitCode: code, stdout, stderr } = await execa(join(bin, "cowork"), args, options);
  return { code, stdout, stderr };
}

describe("cowork notify", () => {
  it.each(shells)("becomes an event with its text, whatever characters it has, in %s", async (shell) => {
    const text = 'it\'s "done": 50 % \\n $HOME `x`\nnext\tline \u001b[31m größer 🎉';
    const options = { env: { PATH: "/usr/bin:/bin" }, extendEnv: false };
    await execa(shell, [join(bin, "cowork"), "notify", text, "and more"], options);
    const [event, ...more] = await takeInReports(place.ctx, place.place);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      source: "agent",
      type: "session.notify",
      data: { detail: 'it\'s "done": 50 % \\n $HOME `x` next line  [31m größer 🎉 and more' },
    });
    // The agent's state does not change.
    expect(await readdir(place.events)).toEqual(["inbox"]);
  });

  it("is cut where it is longer than anyone reads", async () => {
    expect(await cowork(["notify", '"x\\'.repeat(30_000)])).toMatchObject({ code: 0 });
    const [event] = await takeInReports(place.ctx, place.place);
    expect(event?.data["detail"]).toBe('"x\\'.repeat(200).slice(0, 500));
  });

  it("needs a text, and says when the host cannot be reached", async () => {
    expect(await cowork(["notify"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("needs a text") as string,
    });
    await execa("rmdir", [place.inbox]);
    await writeFile(place.inbox, "");
    const failed = await cowork(["notify", "x"]);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("not writable") as string });
  });
});

it("what a hostile session writes as a notification is one bounded line without control characters", async () => {
  await writeFile(
    join(place.inbox, "1.00-1.Notify"),
    `Notify\n${JSON.stringify({ text: `a\n\u001b[2J\u202eb${"c".repeat(60_000)}` })}`,
  );
  await writeFile(join(place.inbox, "1.00-2.Notify"), 'Notify\n{"text":{"a":1}}');
  await writeFile(join(place.inbox, "1.00-3.Notify"), "Notify\nnot JSON");
  await symlink("/etc/passwd", join(place.inbox, "1.00-4.Notify"));
  const events = await takeInReports(place.ctx, place.place);
  const details = events.filter(({ type }) => type === "session.notify").map(({ data }) => data["detail"]);
  expect(details).toEqual([`a\\nb${"c".repeat(496)}`, "", ""]);
});

describe("cowork whoami", () => {
  it("prints session, project, branch and host", async () => {
    const folder = join(session, "workspace");
    await execa("git", ["init", "-q", "-b", "fix/it", folder]);
    expect((await cowork(["whoami"])).stdout).toBe("session  a\nproject  shop\nbranch   fix/it\nhost     box");
  });

  it("works without a repository, and with the file of an older cowork", async () => {
    await writeFile(join(session, "session.json"), '{"id":"shop-a","name":"a","project":"shop","uid":1,"gid":1}\n');
    expect((await cowork(["whoami"])).stdout).toBe("session  a\nproject  shop\nbranch   -\nhost     -");
  });
});

describe("every other word", () => {
  it("says which commands exist inside", async () => {
    const { code, stderr } = await cowork(["list", "--all"]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/'list' is not available inside.*notify TEXT.*whoami/s)]);
    expect(await cowork([])).toMatchObject({ code: 0, stderr: expect.stringContaining("cowork whoami") as string });
  });

  it("is for the project's own cowork, if there is one on the PATH", async () => {
    const own = join(session, "own bin");
    await mkdir(own);
    await writeFile(join(own, "cowork"), '#!/bin/sh\nprintf "[%s]" own "$@"; exit 7\n');
    await chmod(join(own, "cowork"), 0o755);
    // The same program under another path is not the project's own.
    await symlink(bin, join(session, "again"));
    const path = `${bin}:${join(session, "again")}:${own}:/usr/bin:/bin`;
    expect(await cowork(["list", "a b", ""], path)).toEqual({ code: 7, stdout: "[own][list][a b][]", stderr: "" });
    expect((await cowork(["whoami"], path)).stdout).toContain("session  a");
  });
});

describe("what a session asks the host", () => {
  const answer = (id: string): string => join(session, "mail", id);

  it("gets the exit code and the lines of the answer, and removes its request if there is none", async () => {
    // Without an answer it waits for five seconds: here for less.
    const program = join(bin, "cowork");
    await writeFile(program, (await readFile(program, "utf8")).replace("-ge 25", "-ge 3"));
    const alone = await cowork(["sessions"]);
    expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining("no one answers") as string });
    expect(await readdir(join(place.events, "mail"))).toEqual([]);

    await mkdir(join(session, "mail"));
    const asked = cowork(["claim", "src/**", 'a "b" \\ c', "--why", "it's\nnew", "--intent"]);
    let names: string[] = [];
    while (names.length === 0)
      names = (await readdir(join(place.events, "mail"))).filter((name) => !name.startsWith("."));
    const [id = ""] = names;
    expect(JSON.parse(await readFile(join(place.events, "mail", id), "utf8"))).toEqual({
      ask: "claim",
      mode: "intent",
      why: "it's new",
      globs: ["src/**", 'a "b" \\ c'],
    });
    await writeFile(answer(id), "3\nfirst\nsecond\n");
    expect(await asked).toMatchObject({ code: 3, stdout: "first\nsecond" });
  });

  it("reads claims without the host, its own marked", async () => {
    expect(await cowork(["claims"])).toMatchObject({ code: 0, stdout: "", stderr: "cowork: no claims" });
    const list = [
      "cowork-claims 1",
      "exclusive\t1\t12:30 UTC\tb\tlogin\tsrc/**\t^src",
      "own-shared\t1\t13:00 UTC\ta\t-\tdocs\t^docs",
    ];
    await writeFile(join(session, "claims"), `${list.join("\n")}\n`);
    expect((await cowork(["claims"])).stdout.split("\n")).toEqual([
      "exclusive  src/**  b  until 12:30 UTC  login",
      "shared     docs  a (this session)  until 13:00 UTC",
    ]);
    expect(await cowork(["claim"])).toMatchObject({ code: 2 });
  });
});

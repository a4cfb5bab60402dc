import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, open, readFile, readdir, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, test } from "vitest";
import { launchFile } from "../../../src/agent/launch-file.ts";
import { getAgent } from "../../../src/agent/catalog.ts";
import type { Agent } from "../../../src/agent/types.ts";
import { sampleAgent, sampleProgram } from "../../support/fakes/sample-agent.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { tree } from "../../support/git/tree.ts";

// The launcher as it is, except that the container's root is a temporary folder.

const shells = ["/bin/sh", "/bin/bash", "/usr/bin/dash"].filter(existsSync);
let root: string;

beforeEach(async () => {
  root = await temporaryFolder();
  await put("opt/cowork/bin/sample", `#!/bin/sh\nc_id=sample\n. /opt/cowork/bin/agent-launch\n`);
  await put("opt/cowork/bin/agent-launch", await readFile(join(tree, "templates/agent/bin/agent-launch"), "utf8"));
  await put("opt/cowork/bin/sample-renew", '#!/bin/sh\n[ "$1" = before ] && echo "for the user" >&2\n:\n');
  await put("opt/cowork/agents/sample/1.2.3/linux-x64/vendor/bin/sample", sampleProgram);
  await put("cowork/auth/sample/token", "made-up-token\nmore\n");
  await mkdir(join(root, "cowork/session/sample"), { recursive: true });
  await describeAgent(sampleAgent);
});

async function put(path: string, content: string): Promise<void> {
  const full = join(root, path);
  await mkdir(dirname(full), { recursive: true });
  const text = content.replaceAll("/opt/cowork", `${root}/opt/cowork`).replaceAll("uname -m", "echo x86_64");
  await writeFile(full, text);
  await chmod(full, 0o755);
}

/** Writes the launcher's file. @param uid of the container's user */
async function describeAgent(agent: Agent, change: (text: string) => string = (text) => text): Promise<void> {
  const user = { sessionUid: process.getuid!(), sessionGid: process.getgid!() };
  const text = launchFile(agent, "1.2.3", user).replaceAll("=/cowork", `=${root}/cowork`);
  await put(`opt/cowork/session/agent-${agent.id}`, change(text));
}

async function launch(args: string[] = [], env: Record<string, string> = {}, shell = "/bin/sh") {
  const own = { PATH: process.env.PATH ?? "", ...env };
  const ran = await execa(shell, [join(root, "opt/cowork/bin/sample"), ...args], {
    env: own,
    extendEnv: false,
    reject: false,
  });
  return { code: ran.exitCode, out: ran.stdout.split("\n"), err: ran.stderr };
}

const started = (args: string[], more: Record<string, string> = {}): string[] => {
  const values = {
    SAMPLE_HOME: `${root}/cowork/session/sample`,
    SAMPLE_CACHE: `${root}/opt/cowork/agents/sample/1.2.3/linux-x64/cache`,
    SAMPLE_TOKEN: "made-up-token",
    SAMPLE_URL: "(unset)",
    SAMPLE_DEBUG_API: "(unset)",
    SAMPLE_DEBUG_LOG: "(unset)",
    KEPT: "(unset)",
    ...more,
  };
  const variables = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const words = ["--first", "two words; $(no command) 'quoted'", ...args].map((word) => `arg=${word}`);
  return [`uid=${process.getuid!()}`, ...variables, ...words];
};

test.each(shells)(
  "variables, arguments, secret and links are the agent's, and what must not reach it is unset: %s",
  async (shell) => {
    const env = {
      SAMPLE_URL: "https://evil.example",
      SAMPLE_DEBUG_API: "https://evil.example",
      SAMPLE_DEBUG_LOG: "1\nexport KEPT='not this'\nexport PATH",
      SAMPLE_TOKEN: "another",
      SAMPLE_HOME: "/elsewhere",
      KEPT: "as it was",
    };
    const { code, out, err } = await launch(["-p", "a b", "*"], env, shell);
    expect({ code, err }).toEqual({ code: 0, err: "for the user" });
    expect(out).toEqual(started(["-p", "a b", "*"], { KEPT: "as it was" }));
    expect(await readlink(join(root, "cowork/session/sample/login.json"))).toBe(
      `${root}/cowork/auth/sample/login.json`,
    );
  },
);

test("variables of the container with short names arrive as they are", async () => {
  await put("opt/cowork/agents/sample/1.2.3/linux-x64/vendor/bin/sample", "#!/bin/sh\nexport -p\n");
  const names = ["id", "version", "title", "config", "file", "program", "value", "key", "login", "secret"];
  const { out } = await launch([], Object.fromEntries(names.map((name) => [name, `own ${name}`])));
  for (const name of names) expect(out.join("\n")).toMatch(new RegExp(`${name}=['"]own ${name}['"]`));
  expect(out.join("\n")).not.toContain("c_");
});

/** What runs beside the agent would write into a folder that is gone, so only tests that wait for it write. */
const noteRenewals = async (): Promise<void> =>
  await put("opt/cowork/bin/sample-renew", `#!/bin/sh\necho "renew $*" >>${root}/renewed\n`);

test("the login is renewed before the start, and beside the agent with its process id", async () => {
  await noteRenewals();
  await put("opt/cowork/agents/sample/1.2.3/linux-x64/vendor/bin/sample", "#!/bin/sh\necho $$\n");
  const { out } = await launch();
  const program = `${root}/opt/cowork/agents/sample/1.2.3/linux-x64/vendor/bin/sample`;
  await expect
    .poll(async () => await readFile(join(root, "renewed"), "utf8"))
    .toBe(`renew before ${program}\nrenew while ${out[0]} ${program}\n`);
});

test("questions for the version or for help renew nothing and say nothing about a login", async () => {
  await writeFile(join(root, "cowork/auth/sample/token"), "");
  await noteRenewals();
  expect(await launch(["--version"])).toMatchObject({ code: 0, err: "" });
  expect(existsSync(join(root, "renewed"))).toBe(false);
});

test("without a login the way to one is shown, and no variable of the container takes its place", async () => {
  await writeFile(join(root, "cowork/auth/sample/token"), "");
  const { err, out } = await launch([], { SAMPLE_TOKEN: "another" });
  expect(err).toContain("not logged in: run 'cowork auth login --agent sample' on the host");
  expect(out).toContain("SAMPLE_TOKEN=(unset)");
});

test.each([
  ["a pipe", async (path: string) => void (await execa("mkfifo", [path]))],
  ["a link", async (path: string) => await symlink("/etc/hostname", path)],
  ["a folder", async (path: string) => await mkdir(path)],
])("%s in place of the secret is not read", async (_, make) => {
  const path = join(root, "cowork/auth/sample/other");
  await make(path);
  const secret = { variable: "SAMPLE_TOKEN", file: "other" };
  await describeAgent({ ...sampleAgent, launch: { ...sampleAgent.launch, secret } });
  expect((await launch()).out).toContain("SAMPLE_TOKEN=(unset)");
});

test.each([
  ["a file", async (path: string) => await writeFile(path, "own")],
  ["a folder", async (path: string) => await mkdir(join(path, "deep"), { recursive: true })],
  ["a link to elsewhere", async (path: string) => await symlink("/etc", path)],
  ["a broken link", async (path: string) => await symlink("/nowhere", path)],
])("%s in place of a link to the vault is replaced, and nothing is written through it", async (_, make) => {
  const path = join(root, "cowork/session/sample/login.json");
  await make(path);
  expect((await launch()).code).toBe(0);
  expect((await launch()).code).toBe(0);
  expect(await readdir(dirname(path))).toEqual(["login.json"]);
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
  expect(await readlink(path)).toBe(`${root}/cowork/auth/sample/login.json`);
});

test("a folder that cannot be removed is refused in place of a link to the vault", async () => {
  const path = join(root, "cowork/session/sample/login.json");
  await mkdir(path);
  await put("usr/bin/rm", "#!/bin/sh\nexit 1\n");
  const { code, out, err } = await launch([], { PATH: `${root}/usr/bin:${process.env.PATH}` });
  expect({ code, out }).toEqual({ code: 126, out: [""] });
  expect(err).toContain("could not be made a link to the shared login");
});

test("a secret without end is not read to its end", async () => {
  const handle = await open(join(root, "cowork/auth/sample/token"), "w");
  await handle.truncate(2 ** 40);
  await handle.close();
  expect((await launch()).code).toBe(0);
});

test("a container that the agent has no program for gets its reason", async () => {
  await describeAgent(sampleAgent, (text) => text.replace("program=linux-x64 ", "refuse=linux-x64 it needs a moon. "));
  const { code, err } = await launch();
  expect({ code, err }).toEqual({
    code: 126,
    err: "cowork: Sample Agent cannot run in this container (linux-x64): it needs a moon. 1.2.3/linux-x64 vendor/bin/sample.",
  });
});

test("a library that is missing is named, with the way to get it", async () => {
  await describeAgent(sampleAgent, (text) => text.replace("need=linux-x64-musl ", "need=linux-x64 "));
  expect(await launch()).toMatchObject({
    code: 126,
    err: "cowork: Sample Agent needs libsample.so.6, which this container does not have: add the package sample-libs.",
  });
});

test("a program that is not installed is reported, with the next command", async () => {
  await describeAgent(sampleAgent, (text) => text.replaceAll("1.2.3", "9.9.9"));
  expect(await launch()).toMatchObject({ code: 127, err: expect.stringContaining("Run 'cowork start'") });
});

test("root becomes the session's user, with all arguments; any other user is refused", async () => {
  const uid = process.getuid!();
  await describeAgent(sampleAgent, (text) => text.replace(`uid=${uid}`, "uid=4242"));
  const { code, out, err } = await launch(["a b", "*"]);
  const refused = { code: 126, out: [""], err: expect.stringContaining("must run as uid 4242") };
  const changed = { code: 0, out: started(["a b", "*"]).with(0, "uid=4242"), err: expect.anything() };
  expect({ code, out, err }).toEqual(uid === 0 ? changed : refused);
});

test("in a session of another agent the name is that of the image's own program", async () => {
  await put("opt/cowork/bin/other", `#!/bin/sh\nc_id=other\n. /opt/cowork/bin/agent-launch\n`);
  await put("usr/bin/other", '#!/bin/sh\necho "own $*"\n');
  const paths = [`${root}/opt/cowork/bin`, `${root}/opt/cowork/bin/`, "", `${root}/usr/bin`, process.env.PATH];
  const other = join(root, "opt/cowork/bin/other");
  const found = await execa(other, ["a", "b c"], { env: { PATH: paths.join(":") }, extendEnv: false });
  expect(found.stdout).toBe("own a b c");
  const none = await execa(other, [], { reject: false });
  expect({ code: none.exitCode, err: none.stderr }).toEqual({
    code: 126,
    err: "cowork: other is not set up in this session: run 'cowork start' on the host.",
  });
});

test("the file of an older cowork still starts its only agent", async () => {
  const uid = process.getuid!();
  await put("opt/cowork/session/agent-sample", `version=1.2.3\nuid=${uid}\ngid=${process.getgid!()}\n`);
  await put("opt/cowork/agents/sample/1.2.3/linux-x64/sample", '#!/bin/sh\necho "started $*"\n');
  expect((await launch(["-p", "hi"])).out).toEqual(["started -p hi"]);
});

test("the launcher of an older cowork finds version and uid in the file", async () => {
  const text = launchFile(getAgent("claude"), "2.1.329", { sessionUid: 1000, sessionGid: 1001 });
  await writeFile(join(root, "file"), text);
  // as it was
  const reader = `version='' uid='' gid=''
    while IFS='=' read -r key value; do
      case $key in version) version=$value ;; uid) uid=$value ;; gid) gid=$value ;; esac
    done <"$1"
    echo "$version $uid $gid"`;
  expect((await execa("/bin/sh", ["-c", reader, "sh", join(root, "file")])).stdout).toBe("2.1.329 1000 1001");
});

import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Scope } from "../../../src/app/scope.ts";
import type { CopyResult } from "../../../src/app/sessions/copy/copy.ts";
import { connectSession } from "../../../src/session/connect/connect.ts";
import type { ConnectIo, ConnectRequest } from "../../../src/session/session-host.ts";
import { connectContext } from "../../support/connect-context.ts";
import { removeContainers, runContainer } from "../../support/engine/engine-fixture.ts";
import { tree } from "../../support/git/tree.ts";

// `cp` and the commands inside, in a real container with its own tar and shell.
const session = vi.hoisted(() => ({ connect: undefined as unknown }));
vi.mock("../../../src/app/find/one-session.ts", () => ({
  findOneSession: async (scope: Scope) => ({ scope, selector: { names: ["a"] } }),
}));
vi.mock("../../../src/app/hosts.ts", () => ({ hostOfOne: async () => session }));
const { copyFiles } = await import("../../../src/app/sessions/copy/copy.ts");

let container: string;
let here: string;
let scope: Scope;

const dev = async (script: string): Promise<string> =>
  (await execa("docker", ["exec", "-u", "dev", "-w", "/work", container, "sh", "-c", script])).stdout;
async function cp(from: string, to: string, maxBytes = 1 << 26): Promise<CopyResult & { printed: string }> {
  const stdout = new PassThrough();
  const printed = text(stdout);
  const io = { cwd: here, stdin: Readable.from([]), stdout, signal: new AbortController().signal };
  try {
    const result = await copyFiles(scope, [from, to], { force: false, maxBytes }, io);
    stdout.end();
    return { ...result, printed: await printed };
  } finally {
    stdout.end();
  }
}

beforeAll(async () => {
  container = await runContainer({ labels: { "cowork.test": "copy" } });
  await execa("docker", [
    "exec",
    container,
    "sh",
    "-c",
    "useradd -m dev && mkdir -p /work /opt/cowork/bin /opt/cowork/session /cowork/session/events && chown dev /work /cowork/session/events",
  ]);
  await execa("docker", ["cp", join(tree, "templates/container/cowork"), `${container}:/opt/cowork/bin/cowork`]);
  here = await realpath(await mkdtemp(join(tmpdir(), "cowork-cp-")));
  const home = join(here, "home");
  await mkdir(home);
  const ctx = connectContext(home);
  scope = { ctx, settings: async () => ({}) } as unknown as Scope;
  const environment = { PATH: "/opt/cowork/bin:/usr/bin:/bin", HOME: "/home/dev" };
  const target = { container: { id: container }, user: "dev", workspaceFolder: "/work", environment };
  session.connect = async ({ command = [] }: ConnectRequest, io: ConnectIo) =>
    await connectSession(ctx, target, { command }, io);
});
afterAll(async () => {
  await removeContainers("cowork.test=copy");
  await rm(here, { recursive: true, force: true });
});

test("files and folders are copied byte for byte in both directions, as the session's user", async () => {
  await dev("mkdir -p d/deep && head -c 3000000 /dev/urandom >d/deep/bytes && echo x >d/x");
  expect(await cp("a:d", ".")).toMatchObject({ to: join(here, "d"), files: 2, notes: [] });
  expect(await cp("d", "a:/work/back")).toMatchObject({ files: 2 });
  expect(await dev("cmp d/deep/bytes back/deep/bytes && stat -c %U back/deep/bytes; ls -A")).toBe("dev\nback\nd");
  expect((await cp("a:d/x", "-")).printed).toBe("x\n");
});

test("what cannot be copied is reported, and the program inside is ended", async () => {
  await expect(cp("a:no", ".")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  await expect(cp("a:/etc/shadow", ".")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  await writeFile(join(here, "file"), "1");
  await expect(cp("file", "a:/etc/file")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  await expect(cp("file", "a:back/x/y")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  await expect(cp("file", "a:d/x")).rejects.toMatchObject({ code: "FILES_IN_THE_WAY" });
  await dev("truncate -s 1T endless");
  await expect(cp("a:endless", ".")).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  await vi.waitFor(async () => expect(await dev("cat /proc/[0-9]*/comm 2>/dev/null")).not.toContain("tar"), 10_000);
  expect(await readFile(join(here, "file"), "utf8")).toBe("1");
});

test("cowork notify leaves a report, and whoami reads cowork's own facts", async () => {
  await execa("docker", [
    "exec",
    container,
    "sh",
    "-c",
    `echo '{"id":"p-a","name":"a","project":"p","host":"box"}' >/opt/cowork/session/session.json`,
  ]);
  const run = "PATH=/opt/cowork/bin:$PATH";
  expect(await dev(`${run} cowork notify 'say "hi"' && cat /cowork/session/events/inbox/*.Notify`)).toBe(
    'Notify\n{"text":"say \\"hi\\""}',
  );
  expect(await dev(`${run} cowork whoami`)).toBe("session  a\nproject  p\nbranch   -\nhost     box");
});

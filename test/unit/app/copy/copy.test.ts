import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack, type Header } from "tar-stream";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectIo, ConnectRequest } from "../../../../src/session/session-host.ts";
import type { Scope } from "../../../../src/app/scope.ts";
import type { CopyOptions, CopyResult } from "../../../../src/app/sessions/copy/copy.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

// The session is a folder of this machine: the scripts run here, with this machine's tar.
const target = vi.hoisted(() => ({ connect: undefined as unknown }));
vi.mock("../../../../src/app/find/one-session.ts", () => ({
  findOneSession: async (scope: Scope, word?: string) => ({ scope, selector: { names: [word ?? "only"] } }),
}));
vi.mock("../../../../src/app/hosts.ts", () => ({ hostOfOne: async () => ({ connect: target.connect }) }));
const { copyFiles } = await import("../../../../src/app/sessions/copy/copy.ts");

let here: string;
let there: string;
let home: string;
let printed: Buffer;
let scope: Scope;
let environment: Record<string, string>;

beforeEach(async () => {
  const root = await temporaryFolder();
  [here, there, home] = [join(root, "here"), join(root, "there"), join(root, "home")];
  for (const folder of [here, there, home]) await mkdir(folder);
  environment = { PATH: process.env["PATH"] ?? "" };
  target.connect = connect;
  const ctx = { paths: coworkPaths(home), umask: 0o027 };
  scope = { ctx, settings: async () => ({}) } as unknown as Scope;
});

async function connect(request: ConnectRequest, io: ConnectIo): Promise<number> {
  const [file = "", ...args] = request.command ?? [];
  const child = spawn(file, args, { cwd: there, env: environment, detached: true });
  io.signal?.addEventListener("abort", () => {
    try {
      process.kill(-(child.pid ?? 0), "SIGTERM");
    } catch {
      // It has ended.
    }
  });
  child.stdin.on("error", () => undefined);
  io.stdin.pipe(child.stdin);
  io.stdout.on("close", () => child.stdout.destroy());
  child.stdout.pipe(io.stdout, { end: false });
  child.stderr.pipe(io.stderr, { end: false });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (io.signal?.aborted === true) throw new Error("interrupted");
  return code ?? (signal === null ? 1 : 143);
}

async function cp(from: string, to: string, options: Partial<CopyOptions> = {}, input = ""): Promise<CopyResult> {
  const chunks: Buffer[] = [];
  const stdout = new PassThrough();
  stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const io = { cwd: here, stdin: Readable.from([Buffer.from(input)]), stdout, signal: new AbortController().signal };
  const result = await copyFiles(scope, [from, to], { force: false, maxBytes: 64 * 1024 ** 2, ...options }, io);
  printed = Buffer.concat(chunks);
  return result;
}
const text = (...path: string[]): Promise<string> => readFile(join(...path), "utf8");
/** Nothing is left of a copy that failed or is done. */
const isTidy = async (): Promise<void> => {
  for (const folder of [here, there])
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  expect(await readdir(join(home, "state/.tmp")).catch(() => [])).toEqual([]);
};
const expectRefusal = async (copy: Promise<unknown>, code: string, message = /./): Promise<void> => {
  await expect(copy).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  await isTidy();
};

async function fill(folder: string): Promise<void> {
  await mkdir(join(folder, "docs/deep"), { recursive: true });
  await writeFile(join(folder, "docs/-a b"), "one");
  await writeFile(join(folder, "docs/deep/run"), "two");
  await chmod(join(folder, "docs/deep/run"), 0o755);
  await writeFile(join(folder, "docs/empty"), "");
}

describe("from a session", () => {
  it("copies a file: into a folder, to a name, with its time, whether it can run, and the caller's umask", async () => {
    await fill(there);
    expect(await cp("a:docs/deep/run", ".")).toEqual({ to: join(here, "run"), files: 1, notes: [] });
    await cp("a:docs/-a b", "named");
    expect([await text(here, "run"), await text(here, "named")]).toEqual(["two", "one"]);
    const [run, source] = [await stat(join(here, "run")), await stat(join(there, "docs/deep/run"))];
    expect([run.mode & 0o7777, (await stat(join(here, "named"))).mode & 0o7777]).toEqual([0o750, 0o640]);
    expect(Math.abs(run.mtimeMs - source.mtimeMs)).toBeLessThan(1001);
    await cp(`a:${there}/docs/-a b`, "absolute");
    await isTidy();
  });

  it("copies a folder as cp -r does, and merges it only where nothing is in the way", async () => {
    await fill(there);
    expect(await cp("a:docs", "new")).toMatchObject({ files: 3 });
    expect(await text(here, "new/deep/run")).toBe("two");
    await cp("a:docs/", ".");
    expect((await readdir(join(here, "docs"))).toSorted()).toEqual(["-a b", "deep", "empty"]);
    expect((await stat(join(here, "docs/deep"))).mode & 0o777).toBe(0o750);
    await writeFile(join(here, "docs/-a b"), "mine");
    await writeFile(join(there, "docs/later"), "later");
    await expectRefusal(cp("a:docs", "."), "FILES_IN_THE_WAY", /docs\/-a b, .*docs\/deep\/run/);
    expect(await readdir(join(here, "docs"))).not.toContain("later");
    await cp("a:docs", ".", { force: true });
    expect([await text(here, "docs/-a b"), await text(here, "docs/later")]).toEqual(["one", "later"]);
    await mkdir(join(here, "into"));
    await writeFile(join(here, "into/own"), "mine");
    await cp("a:docs/.", "into");
    expect((await readdir(join(here, "into"))).toSorted()).toEqual(["-a b", "deep", "empty", "later", "own"]);
    await isTidy();
  });

  it("never replaces a folder by a file or a file by a folder, not even with --force", async () => {
    await fill(there);
    await mkdir(join(here, "-a b"));
    await writeFile(join(here, "docs"), "mine");
    for (const path of ["a:docs", "a:docs/-a b"])
      await expectRefusal(cp(path, ".", { force: true }), "FILES_IN_THE_WAY");
    expect(await text(here, "docs")).toBe("mine");
  });

  it("writes one file to stdout, and no folder", async () => {
    await fill(there);
    await cp("a:docs/deep/run", "-");
    expect(printed.toString()).toBe("two");
    await expectRefusal(cp("a:docs", "-"), "USAGE");
  });

  it("leaves out links and names them; a link that is named itself is followed; a second name of a file is one", async () => {
    await fill(there);
    await symlink("/etc/passwd", join(there, "docs/link"));
    await symlink("docs/deep/run", join(there, "short"));
    await import("node:fs/promises").then(({ link }) => link(join(there, "docs/deep/run"), join(there, "docs/twin")));
    const { notes } = await cp("a:docs", ".");
    expect(notes).toEqual(["left out, because only files and folders are copied: ./link"]);
    expect((await readdir(join(here, "docs"))).toSorted()).toEqual(["-a b", "deep", "empty", "twin"]);
    expect(await text(here, "docs/twin")).toBe("two");
    await cp("a:short", ".");
    expect((await lstat(join(here, "short"))).isFile()).toBe(true);
  });

  it("says what is missing: the path, the folder here, the session's tar", async () => {
    await expectRefusal(cp("a:nothing", "."), "FILE_NOT_FOUND", /no nothing in session a/);
    await fill(there);
    await expectRefusal(cp("a:docs", "no/such"), "FILE_NOT_FOUND", /no folder .*\/no/);
    await expectRefusal(cp("a:docs/empty", "no/"), "FILE_NOT_FOUND", /no folder/);
    await expectRefusal(cp("a:/dev/null", "."), "COPY_FAILED", /neither a file nor a folder/);
    // tar takes it for empty.
    await expectRefusal(cp("a:/proc/cpuinfo", "."), "COPY_FAILED", /cpuinfo in session a has no size/);
    await expectRefusal(cp("docs", "a:"), "USAGE", /^a: names no path/);
    await expectRefusal(cp("a:", "."), "USAGE", /^a: names no path/);
    environment = { PATH: "/nonexistent" };
    await expectRefusal(cp("a:docs", "."), "PROGRAM_MISSING", /no tar/);
    expect(await readdir(here)).toEqual([]);
  });
});

/** A session that sends an archive of its own making, whatever is asked. */
function sends(entries: [Partial<Header> & { name: string }, string?][]): void {
  target.connect = async (_: ConnectRequest, io: ConnectIo) => {
    const archive = pack();
    for (const [header, content] of entries) archive.entry(header, content ?? "");
    archive.finalize();
    await pipeline(archive as unknown as Readable, io.stdout, { end: false }).catch(() => undefined);
    return 0;
  };
}
const folder = { name: "./", type: "directory" } as const;

describe("a hostile session", () => {
  it.each(["/abs", "../out", "a/../../out", "..", "a/..", "/../out"])("cannot write a file named %s", async (name) => {
    sends([[folder], [{ name: "a", type: "directory" }], [{ name }, "evil"]]);
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED", /sent a file named/);
    expect(await readdir(here)).toEqual([]);
    expect((await readdir(join(here, ".."))).toSorted()).toEqual(["here", "home", "there"]);
  });

  it("cannot write through a link, to a device, or twice", async () => {
    const outside = join(here, "../outside");
    await mkdir(outside);
    sends([[folder], [{ name: "l", type: "symlink", linkname: outside }], [{ name: "l/evil" }, "evil"]]);
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED");
    sends([[folder], [{ name: "twin", type: "link", linkname: "../../outside" }]]);
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED");
    sends([[folder], [{ name: "f" }, "1"], [{ name: "f" }, "2"]]);
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED");
    sends([[folder], [{ name: "f" }, "1"], [{ name: "f/g" }, "2"]]);
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED");
    sends([[folder], [{ name: "twin", type: "link", linkname: "/etc/passwd" }]]);
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED", /sent a file named \/etc\/passwd/);
    expect([await readdir(outside), await readdir(here)]).toEqual([[], []]);
    const kinds = ["symlink", "fifo", "character-device", "block-device"] as const;
    sends([
      [folder],
      ...kinds.map((type): [Partial<Header> & { name: string }] => [
        { name: `${type}\u001b[2J`, type, linkname: "/etc/passwd" },
      ]),
    ]);
    const { files, notes } = await cp("a:docs", ".");
    expect([files, await readdir(join(here, "docs"))]).toEqual([0, []]);
    expect(notes).toEqual([`left out, because only files and folders are copied: ${kinds.join(", ")}`]);
    sends([[{ name: "x", type: "symlink", linkname: "/etc/passwd" }]]);
    await expectRefusal(cp("a:file", "."), "COPY_FAILED");
  });

  it("gives no special bits, and only one file where one was asked for", async () => {
    sends([[{ name: "/etc/evil", mode: 0o6777 }, "x"]]);
    await cp("a:file", ".");
    expect((await stat(join(here, "file"))).mode & 0o7777).toBe(0o750);
    sends([
      [{ name: "x" }, "1"],
      [{ name: "y" }, "2"],
    ]);
    await expectRefusal(cp("a:other", "."), "COPY_FAILED", /more than one file/);
  });

  it("cannot send without end, too deep, cut short, nothing, or something else than an archive", async () => {
    environment = { ...environment, TAR_OPTIONS: "" };
    const asScript = (script: string): void => {
      target.connect = async (request: ConnectRequest, io: ConnectIo) =>
        connect({ ...request, command: ["/bin/sh", "-c", script] }, io);
    };
    asScript("exec tar -cf - --transform s,dev/zero,x, /dev/zero & yes");
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED");
    asScript(`printf x >endless; truncate -s 1T endless; exec tar -cf - ./endless`);
    await expectRefusal(cp("a:docs", "."), "FILE_TOO_LARGE", /more to copy than 67108864 bytes/);
    asScript("mkdir whole; seq 100000 >whole/f; tar -cf - -C whole . | head -c 100000");
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED");
    asScript("exit 0");
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED");
    sends([[folder], [{ name: "d/".repeat(200) + "f" }, "x"]]);
    await expectRefusal(cp("a:docs", "."), "COPY_FAILED", /sent a file named/);
    expect(await readdir(here)).toEqual([]);
  });
});

describe("into a session", () => {
  it("copies a file and a folder as cp -r does, links as links, and merges only where nothing is in the way", async () => {
    await fill(here);
    await symlink("deep/run", join(here, "docs/link"));
    expect(await cp("docs/deep/run", "a:named")).toEqual({ to: "a:named", files: 1, notes: [] });
    expect((await stat(join(there, "named"))).mode & 0o111).toBe(0o111);
    await cp("docs", "a:.");
    expect(await readlink(join(there, "docs/link"))).toBe("deep/run");
    await cp("docs", `a:${there}/new`);
    expect(await text(there, "new/-a b")).toBe("one");
    await expectRefusal(cp("docs/deep/run", "a:named"), "FILES_IN_THE_WAY", /there\/named in session a/);
    await writeFile(join(here, "docs/added\nline"), "x");
    await expectRefusal(cp("docs", "a:"), "USAGE");
    await expectRefusal(cp("docs", "a:."), "FILES_IN_THE_WAY", /there\/docs\/deep\/run.* in session a/);
    expect(await readdir(join(there, "docs"))).not.toContain("added\nline");
    await cp("docs", "a:.", { force: true });
    expect(await text(there, "docs/added\nline")).toBe("x");
    await mkdir(join(there, "into"));
    await cp("docs/.", "a:into");
    expect(await readdir(join(there, "into"))).toContain("deep");
    await isTidy();
  });

  it("writes stdin to a file, and not over a folder", async () => {
    await cp("-", "a:from stdin", {}, "piped");
    expect(await text(there, "from stdin")).toBe("piped");
    await mkdir(join(there, "folder"));
    await expectRefusal(cp("-", "a:folder", { force: true }, "x"), "FILES_IN_THE_WAY");
    await expectRefusal(cp("-", "a:big", { maxBytes: 4 }, "piped"), "FILE_TOO_LARGE");
    expect(await readdir(there)).not.toContain("big");
  });

  it("says what is missing, read-only or too large, and leaves nothing behind", async () => {
    await fill(here);
    await expectRefusal(cp("nothing", "a:."), "FILE_NOT_FOUND", /no .*nothing/);
    await expectRefusal(cp("docs/empty", "a:no/such"), "FILE_NOT_FOUND", /no folder for no\/such/);
    await expectRefusal(cp("docs/empty", "a:no/"), "FILE_NOT_FOUND");
    await expectRefusal(cp("docs/empty", "a:/proc/x"), "PERMISSION_DENIED", /may not write/);
    await writeFile(join(here, "big"), "x".repeat(4096));
    await expectRefusal(cp("big", "a:.", { maxBytes: 4095 }), "FILE_TOO_LARGE");
    expect(await readdir(there)).toEqual([]);
  });

  it("a copy whose connection breaks in the middle leaves nothing", async () => {
    await writeFile(join(here, "big"), "x".repeat(8 * 1024 ** 2));
    target.connect = async (request: ConnectRequest, io: ConnectIo) => {
      const cut = new PassThrough();
      let passed = 0;
      io.stdin.on("data", (chunk: Buffer) =>
        (passed += chunk.length) < 1024 ** 2 ? void cut.write(chunk) : cut.end(),
      );
      return await connect(request, { ...io, stdin: cut });
    };
    await expectRefusal(cp("big", "a:."), "COPY_FAILED");
    expect(await readdir(there)).toEqual([]);
  });
});

it("one of the two paths is in a session; a local path with a colon has ./ in front", async () => {
  await fill(there);
  await writeFile(join(here, "a:b"), "colon");
  for (const [from, to] of [
    ["a", "b"],
    ["a:x", "b:y"],
    ["a:x", "b:"],
    ["-", "x"],
  ] as const)
    await expectRefusal(cp(from, to), "USAGE");
  await cp("./a:b", "a:colon");
  expect(await text(there, "colon")).toBe("colon");
  expect((await cp(":docs/empty", ".")).files).toBe(1);
});

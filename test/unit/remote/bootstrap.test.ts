import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bootstrapCommand, parseNeed } from "../../../src/remote/bootstrap/script.ts";
import { waitForMark } from "../../../src/remote/bootstrap/wait-for-mark.ts";

const mark = "cowork-0123456789abcdef";

describe("the mark", () => {
  const from = (...chunks: string[]): Readable => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

  test("is found after a greeting, in pieces, and the following data is kept", async () => {
    const stream = new PassThrough();
    const found = waitForMark(stream, mark);
    for (const piece of [
      "Welcome!\nYou have mail.",
      mark.slice(0, 5),
      mark.slice(5),
      " ne",
      "ed x\r\nfirst",
      " line\n",
    ])
      stream.write(piece);
    expect(await found).toBe("need x");
    stream.end("second line\n");
    expect(await text(stream)).toBe("first line\nsecond line\n");
  });

  test("can be read repeatedly", async () => {
    const stream = from(`${mark} go\n${mark} ok\n${mark} run\nrest`);
    expect(await waitForMark(stream, mark)).toBe("go");
    expect(await waitForMark(stream, mark)).toBe("ok");
    expect(await waitForMark(stream, mark)).toBe("run");
    expect(await text(stream)).toBe("rest");
    expect(await waitForMark(stream, mark)).toBeUndefined();
  });

  test("is not awaited after the stream ended", async () => {
    expect(await waitForMark(from("no such account\n"), mark)).toBeUndefined();
    const destroyed = new PassThrough();
    destroyed.destroy();
    expect(await waitForMark(destroyed, mark)).toBeUndefined();
  });

  test.each(["\n", ""])("is not searched for in endless noise (%j)", async (end) => {
    let sent = 0;
    const endless = new Readable({
      read() {
        sent += 1;
        this.push(Buffer.from(`${"x".repeat(4096)}${end}`));
      },
    });
    await expect(waitForMark(endless, mark)).rejects.toMatchObject({ code: "HOST_ANSWER_INVALID" });
    expect(sent).toBeLessThan(200);
    endless.destroy();
  });

  test("without a newline counts as noise, too", async () => {
    const endless = new PassThrough();
    const found = waitForMark(endless, mark);
    endless.write(`${mark} run`);
    endless.write("x".repeat(300_000));
    await expect(found).rejects.toMatchObject({ code: "HOST_ANSWER_INVALID" });
  });
});

describe("the list of what the host needs", () => {
  test("is parsed", () => {
    expect(parseNeed("program+node Linux x86_64 ")).toBeUndefined();
    expect(parseNeed("program+node Linux x86_64")).toEqual({
      program: true,
      node: true,
      system: "Linux",
      machine: "x86_64",
      libc: "",
    });
    expect(parseNeed("+node Linux aarch64 musl")).toMatchObject({ program: false, node: true, libc: "musl" });
    expect(parseNeed("program Darwin arm64")).toMatchObject({ program: true, node: false });
  });

  test.each(["", "everything", "program Linux ../x", "program Linux x86_64 gnu", "program+node\u001b[2J Linux x"])(
    "is refused if invalid: %j",
    (line) => expect(parseNeed(line)).toBeUndefined(),
  );
});

/** Runs the real script with a real sh, as a login shell on the host would. */
describe("the script", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "cowork-boot-"));
    await mkdir(join(home, "bin"));
    // On the PATH before this machine's Node.
    await nodeOf("");
  });
  afterEach(async () => await rm(home, { recursive: true, force: true }));

  const hash = "abc123";
  const program = '#!/bin/sh\nprintf "it is %s\\n" "$*"\ncat\n';
  const parcel = (content: string, name = "program"): { line: string; packed: Buffer } => {
    const packed = gzipSync(content);
    const sum = createHash("sha256").update(content).digest("hex");
    return { line: `${name} ${packed.length} ${sum}\n`, packed };
  };

  interface Started {
    stdout: PassThrough;
    stderr: () => string;
    write: (bytes: string | Buffer) => void;
    end: () => void;
    code: Promise<number | null>;
  }
  function start(
    options: { shell?: string; greeting?: string; mode?: string[]; env?: Record<string, string> } = {},
  ): Started {
    const { shell = "/bin/sh", greeting = "", mode = ["serve"], env = {} } = options;
    const command = bootstrapCommand({ hash, mark, mode });
    const child = spawn(shell, ["-c", `${greeting}${command}`], {
      env: { HOME: home, PATH: `${join(home, "bin")}:/usr/bin:/bin`, ...env },
      stdio: "pipe",
    });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdin.on("error", () => undefined);
    return {
      stdout: child.stdout.pipe(new PassThrough()),
      stderr: () => errors,
      write: (bytes) => void child.stdin.write(bytes),
      end: () => void child.stdin.end(),
      code: new Promise((resolve) => child.on("close", resolve)),
    };
  }
  const next = (started: Started): Promise<string | undefined> => waitForMark(started.stdout, mark);
  /** Installs a fake Node that prints this version. */
  const nodeOf = async (version: string): Promise<void> =>
    await writeFile(join(home, "bin", "node"), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });

  test("needs no quotes in any login shell", () => {
    const command = bootstrapCommand({ hash, mark, mode: ["tty", "eyJ4Ijox+/=="] });
    expect(command).toMatch(/^exec \/bin\/sh -c '[^'\n]*' cowork [A-Za-z0-9+/=._ -]+$/);
    // csh expands its history even in quotes.
    expect(command).not.toMatch(/!(?! )/);
    for (const word of ["a b", "a'b", "$(x)", "`x`", "a;b", "a\nb", "", "é", "*"])
      expect(() => bootstrapCommand({ hash, mark, mode: [word] }), word).toThrow(/quotes/);
  });

  test("reports what a bare machine lacks, stores it, and runs it with the following input", async () => {
    const started = start();
    expect(await next(started)).toMatch(/^need program\+node \S+ \S+$/);
    for (const one of [parcel("#!/bin/sh\necho v24.0.0\n", "node"), parcel(program)]) {
      started.write(one.line);
      expect(await next(started)).toBe("go");
      started.write(one.packed);
      expect(await next(started), started.stderr()).toBe("ok");
    }
    started.write("run\n");
    expect(await next(started)).toBe("run");
    started.write("more\n");
    started.end();
    expect(await text(started.stdout)).toBe("it is __host serve\nmore\n");
    expect(await started.code).toBe(0);
    const lib = join(home, ".cowork", "lib");
    expect((await stat(join(home, ".cowork"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(lib, "node/bin/node"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(lib, "remote", hash))).toEqual(["cowork"]);
    expect(await readFile(join(lib, "remote", hash, "cowork"), "utf8")).toBe(program);

    const again = start({ mode: ["tty", "e30="] });
    expect(await next(again)).toBe("run");
    again.end();
    expect(await text(again.stdout)).toBe("it is __host tty e30=\n");
  });

  test.each([
    ["v22.18.0", true],
    ["v22.17.9", false],
    ["v24.0.0", true],
    ["v9.0.0", false],
    ["v100.2", true],
    ["nothing", false],
    ["'v22.18.0;rm'", true],
  ])("uses the machine's own Node only if it is new enough: %s", async (version, fits) => {
    await nodeOf(version);
    const started = start();
    expect(await next(started)).toMatch(fits ? /^need program \S+ \S+$/ : /^need program\+node /);
    started.end();
    expect(await started.code).toBe(0);
  });

  test.each([
    [
      "a wrong checksum",
      (good: { line: string; packed: Buffer }) => ({ ...good, line: good.line.replace(/\S{8}$/m, "00000000") }),
    ],
    [
      "bytes that are not gzip",
      (good: { line: string; packed: Buffer }) => ({ ...good, packed: Buffer.alloc(good.packed.length, "x") }),
    ],
    [
      "one changed byte",
      ({ line, packed }: { line: string; packed: Buffer }) => {
        const changed = Buffer.from(packed);
        changed[20] = changed[20]! ^ 1;
        return { line, packed: changed };
      },
    ],
  ])("refuses %s, and accepts the right data after that", async (_, spoil) => {
    await nodeOf("v24.0.0");
    const started = start();
    await next(started);
    const good = parcel(program);
    const bad = spoil(good);
    started.write(bad.line);
    expect(await next(started)).toBe("go");
    started.write(bad.packed);
    expect(await next(started)).toBe("failed");
    expect(await readdir(join(home, ".cowork", "lib", "remote", hash))).toEqual([]);
    started.write(good.line);
    await next(started);
    started.write(good.packed);
    expect(await next(started)).toBe("ok");
    started.end();
  });

  test("leaves nothing of an interrupted transfer", async () => {
    await nodeOf("v24.0.0");
    const started = start();
    await next(started);
    const { line, packed } = parcel(program.repeat(1000));
    started.write(line);
    await next(started);
    started.write(packed.subarray(0, 30));
    started.end();
    await started.code;
    expect(await readdir(join(home, ".cowork", "lib", "remote", hash))).toEqual([]);
  });

  test("concurrent runs end with the same complete file", async () => {
    await nodeOf("v24.0.0");
    const good = parcel(program + `# ${"x".repeat(200_000)}\n`);
    const all = [start(), start(), start(), start()];
    // all must ask before the first one sends: a later one would find the file and need nothing
    for (const asks of await Promise.all(all.map(next))) expect(asks).toMatch(/^need program /);
    await Promise.all(
      all.map(async (started) => {
        started.write(good.line);
        expect(await next(started)).toBe("go");
        started.write(good.packed);
        expect(await next(started)).toBe("ok");
        started.write("run\n");
        expect(await next(started)).toBe("run");
        started.end();
        expect(await text(started.stdout)).toContain("it is __host serve\n");
      }),
    );
    expect(await readdir(join(home, ".cowork", "lib", "remote", hash))).toEqual(["cowork"]);
  });

  test("works after a noisy greeting, in a home with spaces, and with COWORK_HOME", async () => {
    await nodeOf("v24.0.0");
    const other = join(home, "a home with ' blanks");
    await mkdir(other);
    const env = { COWORK_HOME: join(other, ".cw") };
    const greeting = 'printf "Welcome to $HOME!\\nLast login: never\\n"; echo warning >&2; ';
    const started = start({ env, greeting });
    expect(await next(started)).toMatch(/^need program /);
    const { line, packed } = parcel(program);
    started.write(line);
    await next(started);
    started.write(packed);
    expect(await next(started)).toBe("ok");
    expect(started.stderr()).toContain("warning");
    started.end();
    await started.code;
    expect(await readdir(join(other, ".cw", "lib", "remote", hash))).toEqual(["cowork"]);
    expect(await readdir(home)).not.toContain(".cowork");
  });

  test("reports a folder that cannot be written", async () => {
    await nodeOf("v24.0.0");
    await writeFile(join(home, ".cowork"), "a file\n");
    const started = start();
    await next(started);
    started.write(parcel(program).line);
    expect(await next(started)).toBe("failed");
    started.end();
    await started.code;
    expect(started.stderr()).toMatch(/mkdir/);
    await chmod(join(home, ".cowork"), 0o600);
  });
});

import { randomBytes } from "node:crypto";
import { PassThrough, Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testBaseImage } from "../../support/engine/engine.ts";
import { processesIn, realEngine, removeContainers, runContainer } from "../../support/engine/engine-fixture.ts";

const label = { "cowork.test": "engine" };
const engine = realEngine();
let id: string;

beforeAll(async () => {
  id = await runContainer({ labels: label, args: ["--env", "ODD=a=b"] });
});
afterAll(() => removeContainers("cowork.test=engine"));

const running = async (text: string): Promise<boolean> => (await processesIn(id)).some((line) => line.includes(text));

describe("exec", () => {
  test("kills the process and its children after a timeout", async () => {
    const command = ["sh", "-c", "trap '' TERM; sleep 7001 & sleep 7002; echo end"] as const;
    await expect(engine.exec(id, { command }, { timeoutMs: 500 })).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(await running("sleep 700")).toBe(false);
  });

  test("kills another user's process too", async () => {
    const spec = { command: ["sleep", "7003"], user: "1000:1000" } as const;
    await expect(engine.exec(id, spec, { timeoutMs: 500 })).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(await running("sleep 7003")).toBe(false);
  });

  test("passes arguments, folder, user and environment unchanged", async () => {
    const spec = {
      command: ["sh", "-c", 'pwd; id -u; echo "$ODD|$MORE"; printf "[%s]" "$@"', "sh", "a b", "", "$x"],
      user: "1234",
      workingDir: "/usr",
      env: { MORE: "x y\nz" },
    } as const;
    const { code, stdout } = await engine.exec(id, spec);
    expect([code, stdout]).toEqual([0, "/usr\n1234\na=b|x y\nz\n[a b][][$x]"]);
  });

  test("returns a shell's exit codes for signals and missing commands", async () => {
    expect((await engine.exec(id, { command: ["sh", "-c", "kill -9 $$"] })).code).toBe(137);
    expect((await engine.exec(id, { command: ["no-such-command"] })).code).toBe(127);
  });

  test("reports the engine's message when the command cannot be started", async () => {
    const folder = engine.exec(id, { command: ["true"], workingDir: "/no/such/folder" });
    await expect(folder).rejects.toMatchObject({
      code: "ENGINE_FAILED",
      message: expect.stringContaining("/no/such/folder") as string,
    });
    const user = engine.exec(id, { command: ["true"], user: "no-such-user" });
    await expect(user).rejects.toMatchObject({
      code: "ENGINE_FAILED",
      message: expect.stringContaining("no-such-user") as string,
    });
  });

  test("succeeds when the process does not read its input", async () => {
    const { code, stdout } = await engine.exec(
      id,
      { command: ["sh", "-c", "echo short"] },
      { input: Buffer.alloc(5_000_000) },
    );
    expect([code, stdout]).toEqual([0, "short\n"]);
  });

  test("returns each result to its caller when many commands run at the same time", async () => {
    const runs = Array.from({ length: 12 }, (_, n) =>
      engine.exec(id, { command: ["sh", "-c", `echo ${n}; exit ${n}`] }),
    );
    const results = await Promise.all(runs);
    expect(results.map(({ code, stdout }) => `${code}:${stdout}`)).toEqual(results.map((_, n) => `${n}:${n}\n`));
  });
});

describe("attach", () => {
  const attach = async (
    command: readonly [string, ...string[]],
    stdin: Readable,
    stdout: Writable,
    stderr: Writable = new PassThrough().resume(),
  ): Promise<number> => {
    const code = await engine.attach(id, { command }, { stdin, stdout, stderr });
    stdout.end();
    return code;
  };

  test("passes binary data in both directions completely", async () => {
    const data = randomBytes(3_000_000);
    const stdout = new PassThrough();
    const [back, code] = await Promise.all([buffer(stdout), attach(["cat"], Readable.from([data]), stdout)]);
    expect(code).toBe(0);
    expect(back.equals(data)).toBe(true);
  });

  const collectSlowly = (firstMs: number, thenMs: number): { sink: Writable; seen: () => string } => {
    const chunks: Buffer[] = [];
    const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
      setTimeout(done, chunks.push(chunk) === 1 ? firstMs : thenMs);
    };
    return { sink: new Writable({ highWaterMark: 1024, write }), seen: () => Buffer.concat(chunks).toString() };
  };
  const numbers = (last: number): string => Array.from({ length: last }, (_, n) => `${n + 1}\n`).join("");

  test("loses no output to a slow reader", async () => {
    const { sink, seen } = collectSlowly(0, 2);
    const code = await attach(["sh", "-c", "seq 1 200000; echo the end; exit 9"], Readable.from([]), sink);
    expect(code).toBe(9);
    expect(seen() === `${numbers(200_000)}the end\n`).toBe(true);
  });

  test("loses no output when the process ends before its input was read", async () => {
    const { sink, seen } = collectSlowly(1500, 0);
    const input = Readable.from([Buffer.alloc(8_000_000)]);
    await attach(["sh", "-c", "seq 1 20000; echo the end"], input, sink);
    expect(seen() === `${numbers(20_000)}the end\n`).toBe(true);
  });

  test("separates stdout and stderr", async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const both = Promise.all([buffer(stdout), buffer(stderr)]);
    await attach(
      ["sh", "-c", "for n in 1 2 3; do echo out $n; echo err $n >&2; done"],
      Readable.from([]),
      stdout,
      stderr,
    );
    stderr.end();
    expect((await both).map(String)).toEqual(["out 1\nout 2\nout 3\n", "err 1\nerr 2\nerr 3\n"]);
  });

  test("creates a terminal with the window's size and follows its changes", async () => {
    const stdout = new PassThrough();
    let seen = "";
    stdout.on("data", (chunk: Buffer) => (seen += chunk.toString()));
    const until = async (text: string): Promise<void> => {
      while (!seen.includes(text)) await delay(20);
    };
    let resize: (columns: number, rows: number) => void = () => undefined;
    const onResize = (listener: typeof resize): (() => void) => {
      resize = listener;
      return () => undefined;
    };
    const stdin = new PassThrough();
    const ready = Promise.withResolvers<void>();
    const script = "trap 'stty size' WINCH; read x; stty size; while :; do sleep 0.05; done";
    const io = { stdin, stdout, stderr: stdout, tty: { columns: 101, rows: 33, onResize }, onReady: ready.resolve };
    const ending = engine.attach(id, { command: ["sh", "-c", script] }, io);
    await ready.promise;
    stdin.write("\n");
    await until("33 101");
    resize(77, 22);
    await until("22 77");
    stdin.write("\u0003");
    expect(await ending).toBe(130);
  });

  test("throws INTERRUPTED when aborted", async () => {
    const controller = new AbortController();
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    stdout.once("data", () => controller.abort());
    const streams = { stdin, stdout, stderr: new PassThrough(), signal: controller.signal };
    const command = ["sh", "-c", "echo runs; exec sleep 60"] as const;
    await expect(engine.attach(id, { command }, streams)).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });
});

describe("helpers", () => {
  const helper = { image: testBaseImage, labels: { ...label, "cowork.test.helper": "engine" } };

  test("have no network and can only read read-only bind mounts", async () => {
    const spec = {
      ...helper,
      command: ["sh", "-c", "ls /sys/class/net; cat /etc/marker; touch /etc/marker"],
      binds: [{ source: "/etc/hostname", target: "/etc/marker", readOnly: true }],
    } as const;
    const { code, stdout, stderr } = await engine.runHelper(spec);
    expect([code, stdout.split("\n")[0]]).toEqual([1, "lo"]);
    expect(stderr).toContain("Read-only");
  });

  test("fail when the source of a bind mount is missing", async () => {
    const spec = { ...helper, command: ["true"], binds: [{ source: "/no/such/source", target: "/x" }] } as const;
    await expect(engine.runHelper(spec)).rejects.toMatchObject({ code: "ENGINE_FAILED" });
    expect(await engine.listContainers(helper.labels)).toEqual([]);
  });

  test("are removed when interrupted", async () => {
    const controller = new AbortController();
    const work = engine.runHelper({ ...helper, command: ["sleep", "60"] }, { signal: controller.signal });
    await expect.poll(() => engine.listContainers(helper.labels)).toMatchObject([{ state: "running" }]);
    controller.abort();
    await expect(work).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await engine.listContainers(helper.labels)).toEqual([]);
  });

  test("pass large input and output completely", async () => {
    const input = randomBytes(2_000_000);
    const { stdout } = await engine.runHelper(
      { ...helper, command: ["sh", "-c", "sha256sum; seq 1 100000 | tail -n 1"] },
      { input },
    );
    expect(stdout).toMatch(/^[0-9a-f]{64} {2}-\n100000\n$/);
    const flood = await engine.runHelper({ ...helper, command: ["seq", "1", "500000"] });
    expect(flood.stdout.endsWith("\n500000\n")).toBe(true);
  });
});

describe("images", () => {
  test("a failed build reports its exit code and output", async () => {
    const lines: string[] = [];
    const files = { Dockerfile: `FROM ${testBaseImage}\nRUN echo the-reason && exit 4\n` };
    const failed = engine.buildImage({
      files,
      tag: "cowork-test-engine:fails",
      labels: label,
      onLine: (line) => lines.push(line),
    });
    await expect(failed).rejects.toMatchObject({
      code: "ENGINE_FAILED",
      message: expect.stringContaining("returned a non-zero code: 4") as string,
      detail: expect.stringContaining("the-reason") as string,
    });
    expect(lines).toContain("the-reason");
    expect(await engine.findImage("cowork-test-engine:fails")).toBeUndefined();
  });

  test("a build uses files unchanged, and applies build arguments", async () => {
    const files = {
      Dockerfile: `FROM ${testBaseImage}\nARG WHAT\nCOPY folder/run folder/data /x/\nRUN /x/run "$WHAT" > /x/said\n`,
      "folder/run": "#!/bin/sh\necho said: $1",
      "folder/data": Uint8Array.from([0, 255, 10]),
    };
    const spec = { files, tag: "cowork-test-engine:works", labels: label, buildArgs: { WHAT: "it" } };
    try {
      const image = await engine.buildImage(spec);
      expect((await engine.buildImage(spec)).id).toBe(image.id);
      const { stdout } = await engine.runHelper({
        image: image.id,
        command: ["sh", "-c", "cat /x/said; od -An -tu1 /x/data"],
        labels: label,
      });
      expect(stdout).toBe("said: it\n   0 255  10\n");
    } finally {
      expect(await engine.removeImage("cowork-test-engine:works")).toBe(true);
    }
  });

  test("a build can be interrupted", async () => {
    const controller = new AbortController();
    const files = { Dockerfile: `FROM ${testBaseImage}\nRUN echo step-runs; sleep 60\n` };
    const onLine = (line: string): void => void (line === "step-runs" && controller.abort());
    const build = engine.buildImage({
      files,
      tag: "cowork-test-engine:slow",
      labels: label,
      onLine,
      signal: controller.signal,
    });
    await expect(build).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("a root file system can be imported as an image", async () => {
    const tar = pack();
    tar.entry({ name: "etc/hello" }, "hello");
    tar.finalize();
    await engine.importImage(Readable.from(tar), "cowork-test-engine:imported", [
      "ENV A=b",
      "LABEL cowork.test=engine",
    ]);
    const image = await engine.findImage("cowork-test-engine:imported");
    expect(image).toMatchObject({ env: { A: "b" }, labels: { "cowork.test": "engine" } });
    expect(await engine.removeImage("cowork-test-engine:imported")).toBe(true);
  });

  test("pulling fails when the registry cannot be reached", async () => {
    const pull = engine.pullImage("127.0.0.1:1/cowork/nothing:1");
    await expect(pull).rejects.toMatchObject({ code: "ENGINE_FAILED" });
  });
});

describe("inspecting", () => {
  test("a container returns its state, image, labels, environment and networks", async () => {
    const detail = await engine.findContainer(id);
    expect(detail).toMatchObject({
      id,
      state: "running",
      image: testBaseImage,
      labels: label,
      env: { ODD: "a=b" },
      user: "",
      pidMode: "",
      networks: ["bridge"],
    });
    expect(Date.parse(detail?.startedAt ?? "")).toBeGreaterThan(0);
  });

  test("published ports returns the host's address and port", async () => {
    const other = await runContainer({ labels: label, args: ["-p", "127.0.0.1::4000"] });
    const [port] = (await engine.findContainer(other))?.ports ?? [];
    expect(port).toMatchObject({ container: 4000, address: "127.0.0.1", protocol: "tcp" });
    expect(port?.host).toBeGreaterThan(0);
  });

  test("resources returns the use of CPU and memory", async () => {
    const { cpuPercent, memoryBytes } = await engine.stats(id);
    expect(cpuPercent).toBeGreaterThanOrEqual(0);
    expect(memoryBytes).toBeGreaterThan(0);
  });
});

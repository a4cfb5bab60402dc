import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRun } from "../../../src/system/process/run.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const run = createRun();
const sh = (script: string, ...args: string[]): [string, string[]] => ["sh", ["-c", script, "sh", ...args]];

/** Is there a process whose command line contains this mark? */
async function alive(mark: string): Promise<boolean> {
  const { stdout } = await run("ps", ["-eo", "stat=,args="]);
  return stdout.split("\n").some((line) => line.includes(mark) && !line.startsWith("Z"));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const mark = (): string => `97${Math.floor(Math.random() * 1e9)}`;

test("returns the exit code and both streams, for any code", async () => {
  expect(await run(...sh("echo out; echo err >&2; exit 3"))).toEqual({ code: 3, stdout: "out\n", stderr: "err\n" });
  expect((await run(...sh("kill -TERM $$"))).code).toBe(143);
});

test("passes arguments unchanged, without a shell", async () => {
  const hostile = ["a b", "$(id)", "`id`", "'\"", "a\nb", "*", ""];
  const { stdout } = await run("sh", ["-c", 'for a; do printf "%s\\0" "$a"; done', "sh", ...hostile]);
  expect(stdout.split("\0").slice(0, -1)).toEqual(hostile);
});

test("input that is promised is sent when it is there, and none if it fails", async () => {
  const given = Promise.withResolvers<string>();
  const lines: string[] = [];
  const running = run(...sh("echo runs; cat"), {
    input: given.promise,
    onLine: (line) => {
      lines.push(line);
      given.resolve("later\n");
    },
  });
  expect((await running).stdout).toBe("runs\nlater\n");
  expect(lines).toEqual(["runs", "later"]);
  expect((await run("cat", [], { input: Promise.reject<string>(new Error("refused")) })).stdout).toBe("");
});

test("sends input, and tolerates a child that does not read it", async () => {
  expect((await run("cat", [], { input: "häl\nlo" })).stdout).toBe("häl\nlo");
  expect((await run("true", [], { input: "x".repeat(10_000_000) })).code).toBe(0);
  expect((await run("cat", [])).stdout).toBe("");
});

test("the given environment is the whole one", async () => {
  const env = { PATH: process.env["PATH"], A: "1", GONE: undefined };
  expect(
    (await createRun({ env })("env", [])).stdout.split("\n").filter((line) => /^(A|GONE|HOME)=/.test(line)),
  ).toEqual(["A=1"]);
  expect((await createRun({ env })("sh", ["-c", "echo $A"], { env: { ...env, A: "2" } })).stdout).toBe("2\n");
});

test("names a missing program, one that is not executable, and an invalid folder", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "text"), "");
  await expect(run("no-such-program-of-cowork", [])).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
  await expect(run(join(folder, "text"), [])).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  await expect(run("true", [], { cwd: join(folder, "none") })).rejects.toThrow(/none is not a folder/);
});

test("a timeout ends the whole process group, even processes that ignore SIGTERM", async () => {
  const name = mark();
  const script = `trap '' TERM; sh -c 'trap "" TERM; sleep ${name}; sleep ${name}' & sleep ${name}; sleep ${name}`;
  const ended = run(...sh(script), { timeoutMs: 200, graceMs: 200 });
  await expect(ended).rejects.toMatchObject({ code: "TIMEOUT" });
  await until(async () => !(await alive(name)));
});

test("SIGTERM comes first, with time to end in an orderly way", async () => {
  const folder = await temporaryFolder();
  const script = `trap 'echo orderly >"$1"; exit 0' TERM; touch "$1.ready"; while :; do sleep 0.05; done`;
  const abort = new AbortController();
  const ended = run(...sh(script, join(folder, "f")), { signal: abort.signal });
  await until(async () => (await readFile(join(folder, "f.ready")).catch(() => undefined)) !== undefined);
  abort.abort();
  await expect(ended).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await readFile(join(folder, "f"), "utf8")).toBe("orderly\n");
});

test("does not start after an interrupt", async () => {
  const folder = await temporaryFolder();
  const signal = AbortSignal.abort();
  await expect(run("touch", [join(folder, "f")], { signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
  await expect(readFile(join(folder, "f"))).rejects.toThrow(/ENOENT/);
});

test("ends a child that prints more than the limit", async () => {
  const ended = run(...sh("yes"), { maxOutput: 1000 });
  await expect(ended).rejects.toMatchObject({ code: "OUTPUT_TOO_LARGE" });
  expect((await run(...sh("printf %1000d 1"), { maxOutput: 1000 })).stdout).toHaveLength(1000);
});

test("passes lines on as they arrive, with complete characters", async () => {
  const lines: string[] = [];
  const script = "printf 'a\\n\\303'; sleep 0.1; printf '\\244b\\r\\n'; echo e >&2; printf end";
  const { stdout } = await run(...sh(script), { onLine: (line, stream) => lines.push(`${stream}:${line}`) });
  expect(lines.filter((line) => line.startsWith("stdout"))).toEqual(["stdout:a", "stdout:äb", "stdout:end"]);
  expect(lines).toContain("stderr:e");
  expect(stdout).toBe("a\näb\r\nend");
});

test("both streams are appended to an output file, and a surviving orphan does not block", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "log");
  const name = mark();
  const lines: string[] = [];
  await writeFile(file, "before\n");
  const script = `echo out; echo err >&2; sleep ${name} & echo $! >"$1"; printf last`;
  const options = { outputFile: file, onLine: (line: string) => lines.push(line) };
  expect(await run(...sh(script, join(folder, "pid")), options)).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await readFile(file, "utf8")).toBe("before\nout\nerr\nlast");
  expect(lines).toEqual(["out", "err", "last"]);
  expect(await alive(name)).toBe(true);
  process.kill(Number(await readFile(join(folder, "pid"), "utf8")));
});

test("two output files separate the streams", async () => {
  const folder = await temporaryFolder();
  const outputFile = { stdout: join(folder, "out"), stderr: join(folder, "err") };
  const lines: string[] = [];
  await run(...sh("echo out; echo err >&2"), { outputFile, onLine: (line, stream) => lines.push(`${stream}:${line}`) });
  expect(await readFile(outputFile.stdout, "utf8")).toBe("out\n");
  expect(await readFile(outputFile.stderr, "utf8")).toBe("err\n");
  expect(lines.toSorted()).toEqual(["stderr:err", "stdout:out"]);
});

test("an unreadable folder on the PATH does not hide that a program is missing", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "no-such-program-of-cowork"), "");
  const env = { PATH: folder };
  await expect(run("no-such-program-of-cowork", [], { env })).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
});

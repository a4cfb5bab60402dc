import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tree } from "../../support/tree.ts";

// Each process is one of its own: what is kept is kept at its end. A function is long, so that its code is worth looking for.

const codeCache = join(tree, "templates", "devcontainers-cli", "code-cache.cjs");
const body = Array.from({ length: 200 }, (_, n) => `if (count === ${n}) count += "${n}".length;`).join("\n");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cowork-test-code-"));
  await writeFile(
    join(folder, "program.cjs"),
    `module.exports = { a(count) { ${body} return count; }, b(count) { ${body} return -count; } };`,
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Run {
  /** `a` or `b`: what it does with the program */
  task: string;
  owner?: string;
  /** undefined: it comes to its end by itself */
  exit?: number;
  into?: string;
}

/** What it prints; nothing else may be said, whatever happens to the cache. */
async function run({ task, owner = "one", exit, into = join(folder, "cache") }: Run): Promise<string> {
  const script = `
    const { openCodeCache } = require(${JSON.stringify(codeCache)});
    const path = ${JSON.stringify(join(folder, "program.cjs"))};
    const options = { folder: ${JSON.stringify(into)}, owner: ${JSON.stringify(owner)}, task: () => "${task}" };
    const compile = openCodeCache(options);
    const module = { exports: {} };
    compile(path, require("node:fs").readFileSync(path, "utf8"))(module.exports, require, module, path, "");
    console.log(module.exports.${task}(1));
    process.exitCode = ${exit};`;
  const { stdout, stderr, exitCode } = await execa(process.execPath, ["-e", script], { reject: false });
  expect([stderr, exitCode]).toEqual(["", exit ?? 0]);
  return stdout;
}

async function place(): Promise<string> {
  const [name, ...others] = await readdir(join(folder, "cache"));
  expect(others).toEqual([]);
  expect(name).toBe(`program.cjs-${process.version}-${process.arch}`);
  return join(folder, "cache", name!);
}

async function kept(): Promise<{ runs: Record<string, number>; size: number; written: number }> {
  const path = await place();
  const bytes = await readFile(path);
  const { runs } = JSON.parse(bytes.subarray(0, bytes.indexOf(10)).toString()) as { runs: Record<string, number> };
  const { size, mtimeMs } = await stat(path);
  return { runs, size, written: mtimeMs };
}

test("what a process compiled is kept at its end, for some runs of each task, and grows by the functions of the next", async () => {
  expect(await run({ task: "a" })).toBe("202");
  const first = await kept();
  expect(first.runs).toEqual({ a: 1 });
  for (let more = 0; more < 2; more += 1) await run({ task: "a" });
  const third = await kept();
  expect(third.runs).toEqual({ a: 3 });
  expect(await run({ task: "a" })).toBe("202");
  expect(await kept()).toEqual(third);
  expect(await run({ task: "b" })).toBe("-202");
  const last = await kept();
  expect(last.runs).toEqual({ a: 3, b: 1 });
  // both functions are in it, twice
  expect(last.size - third.size).toBeGreaterThan(2_000);
  expect((await stat(await place())).mode & 0o777).toBe(0o600);
});

test("a process that fails keeps nothing", async () => {
  await run({ task: "a", exit: 1 });
  await expect(readdir(join(folder, "cache"))).rejects.toThrow("ENOENT");
});

test("what was kept for another text is not used, and replaced", async () => {
  await run({ task: "a" });
  await run({ task: "b", owner: "two" });
  expect((await kept()).runs).toEqual({ b: 1 });
});

/** V8 would run into most of these and end the process. */
test.each<[string, (bytes: Buffer) => Buffer]>([
  ["empty", () => Buffer.alloc(0)],
  ["cut off", (bytes) => bytes.subarray(0, bytes.length - 1000)],
  ["all zeros", (bytes) => Buffer.alloc(bytes.length)],
  ["zeros behind its first line", (bytes) => Buffer.from(bytes).fill(0, bytes.indexOf(10) + 1)],
  ["zeros in the middle", (bytes) => Buffer.from(bytes).fill(0, 512, 1536)],
  ["without its first line", (bytes) => bytes.subarray(bytes.indexOf(10) + 1)],
  ["something else", () => Buffer.from("not a cache\nat all")],
])("a file that is %s does no harm, and is replaced", async (_, damage) => {
  await run({ task: "a" });
  const path = await place();
  await writeFile(path, damage(await readFile(path)));
  expect(await run({ task: "a" })).toBe("202");
  expect((await kept()).runs).toEqual({ a: 1 });
});

test("any single byte of it may be wrong", async () => {
  await run({ task: "a" });
  const path = await place();
  const whole = await readFile(path);
  const start = whole.indexOf(10) + 1;
  for (let n = 0; n < 12; n += 1) {
    const bytes = Buffer.from(whole);
    const at = start + Math.floor(((bytes.length - start) * (n + 0.5)) / 12);
    bytes[at] = bytes[at]! ^ 0xff;
    await writeFile(path, bytes);
    expect(await run({ task: "a" })).toBe("202");
  }
});

test("where nothing can be written it works, and leaves nothing behind", async () => {
  await writeFile(join(folder, "file"), "");
  for (const into of ["file", "file/below"]) expect(await run({ task: "a", into: join(folder, into) })).toBe("202");
  expect((await readdir(folder)).toSorted()).toEqual(["file", "program.cjs"]);
});

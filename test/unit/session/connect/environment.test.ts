import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { sessionEnvironment, type UpSession } from "../../../../src/session/connect/environment.ts";
import { connectContext } from "../../../support/connect-context.ts";
import { createFakeEngine, type FakeEngine, type FakeProgram } from "../../../support/fakes/fake-engine.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

let asked: string[];
let program: FakeProgram;
let engine: FakeEngine;
let container: string;
let ctx: ReturnType<typeof connectContext>;

/** A shell that prints this environment between the probe's markers. */
const showing = (text: string): FakeProgram => {
  return async ({ spec }) => {
    const mark = /echo -n (\S+);/.exec(spec.command.at(-1) ?? "")?.[1];
    asked.push("user" in spec ? (spec.user ?? "") : "");
    return { code: 0, stdout: `${mark}${text}\0${mark}` };
  };
};

beforeEach(async () => {
  asked = [];
  program = showing("FROM=shell");
  engine = createFakeEngine({ program: (call) => program(call) });
  container = engine.addContainer({ env: { A: "1" } }).id;
  ctx = connectContext(await temporaryFolder(), { engine });
  await mkdir(ctx.paths.devcontainer("app-a"), { recursive: true });
});

const session = (more: Partial<UpSession["container"]> = {}): UpSession =>
  ({
    id: "app-a",
    name: "a",
    container: { user: "dev", workspaceFolder: "/w", remoteEnv: { R: "r" }, startedAt: "then", ...more },
  }) as unknown as UpSession;
const find = async (record = session(), id = container): Promise<Record<string, string>> =>
  await sessionEnvironment(ctx, record, id, Promise.resolve());
const whole = { A: "1", FROM: "shell", R: "r" };
const file = (): string => join(ctx.paths.devcontainer("app-a"), "environment.json");

test("the shell runs once, even if many commands ask at the same time", async () => {
  expect(await Promise.all([find(), find(), find()])).toEqual([whole, whole, whole]);
  expect(await find()).toEqual(whole);
  expect(asked).toEqual(["dev"]);
});

test("an answer from before a restart is not used for the new start", async () => {
  await find();
  program = showing("FROM=fixed");
  expect(await find(session({ startedAt: "now" }))).toMatchObject({ FROM: "fixed" });
  // a rebuild: another container, and another user in the record as soon as it is up
  const rebuilt = engine.addContainer({}).id;
  await find(session({ startedAt: "now" }), rebuilt);
  await find(session({ startedAt: "later", user: "root" }), rebuilt);
  expect(asked).toEqual(["dev", "dev", "dev", "root"]);
});

test("a shell that was killed is probed again, one that its startup files ended is not", async () => {
  for (const [code, times] of [
    [137, 2],
    [3, 1],
  ] as const) {
    await rm(file(), { force: true });
    let calls = 0;
    program = async () => ({ code: (calls += 1) && code });
    expect([await find(), await find(), calls]).toEqual([{ A: "1", R: "r" }, { A: "1", R: "r" }, times]);
  }
});

test.each([
  ["invalid JSON", "half of"],
  ["JSON of the wrong type", "[]"],
  ["nothing", "null"],
  ["the format of an older version", JSON.stringify({ A: "old" })],
  ["no environment", JSON.stringify({ of: "same", environment: [] })],
])("a cache file with %s is replaced", async (_, content) => {
  await find();
  const { of } = JSON.parse(await readFile(file(), "utf8")) as { of: string };
  await writeFile(file(), content.replace("same", of));
  expect([await find(), await find(), asked.length]).toEqual([whole, whole, 2]);
});

test("a result that cannot be stored does not keep anyone out", async () => {
  await mkdir(join(file(), "in the way"), { recursive: true });
  expect([await find(), await find(), asked.length]).toEqual([whole, whole, 2]);
});

test("nothing runs before `hold` resolves, and its failure is the error", async () => {
  const hold = Promise.withResolvers<void>();
  const found = sessionEnvironment(ctx, session(), container, hold.promise);
  await new Promise((done) => void setTimeout(done, 30));
  expect(asked).toEqual([]);
  hold.resolve();
  expect(await found).toEqual(whole);
  const other = session({ startedAt: "now" });
  await expect(sessionEnvironment(ctx, other, container, Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(asked).toEqual(["dev"]);
});

test("a container that was removed just now: one clear error", async () => {
  await expect(find(session(), "gone")).rejects.toMatchObject({ code: "CONTAINER_MISSING", hint: "cowork start a" });
});

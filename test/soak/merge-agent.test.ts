import { afterAll, beforeAll, expect, it } from "vitest";
import type { MergeView } from "../../src/contract/merging/merge.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { git, sampleProject } from "../support/git/sample-project.ts";
import { logInOnTerminal } from "../support/stand-in/log-in.ts";
import { scriptFile } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

// The real agent in the merge's own session; what it answers is in the stand-in's script, which the commits name.

let vendor: Vendor;
let home: TestHome;
let cwd: string;

const cowork = (...args: string[]): Promise<CoworkResult> =>
  runCowork(args, { home, cwd, env: { COWORK_BASE_IMAGE: vendor.image } });
async function done(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(...args);
  expect(result.code, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}

/** Runs a merge, and brings its session to the stand-in as soon as it is there. */
async function merge(...args: string[]): Promise<{ code: number; merge: MergeView; stderr: string }> {
  const over = new AbortController();
  const running = cowork("merge", ...args, "--resolve", "agent", "--json").finally(() => over.abort());
  while (!over.signal.aborted) {
    // Its container may be gone again.
    await vendor.adoptSessions(home.hash).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { code, stdout, stderr } = await running;
  return { code, merge: (JSON.parse(stdout) as { merge: MergeView }).merge, stderr };
}

const write = (content: string): { name: string; input: object } => ({
  name: "Write",
  input: { file_path: "/workspaces/shop/greeting.txt", content },
});

beforeAll(async () => {
  vendor = await startVendor("soak-merge-agent");
  home = await temporaryHome();
  cwd = await sampleProject(home, "none", { name: "shop", files: { "greeting.txt": "hello\n" } });
  await git(cwd, "checkout", "-q", "-b", "elsewhere");
  await done("init", "a", "b", "c");
  await vendor.adoptSessions(home.hash);
  await logInOnTerminal(home, vendor, cwd);
  const commit = async (name: string, text: string, subject: string): Promise<CoworkResult> =>
    await done("connect", name, "--", "sh", "-c", `echo "$1" >greeting.txt; git commit -qam "$2"`, "sh", text, subject);
  await commit("a", "hello, world", "greet the world");
  await commit("b", "hello!", `exclaim ${scriptFile("resolve")}`);
  await commit("c", "HELLO", `shout ${scriptFile("give-up")}`);
  const read = { name: "Read", input: { file_path: "/workspaces/shop/greeting.txt" } };
  await vendor.script("resolve", [{ tools: [read] }, { tools: [write("hello, world!\n")] }, { text: "Both hold." }]);
  await vendor.script("give-up", [{ text: "Both cannot hold." }]);
});

afterAll(async () => {
  await home?.remove();
  await vendor?.stop();
});

it("the agent resolves a conflict with both intents, and the tests of the result decide", async () => {
  const test = "grep -q world greeting.txt";
  const found = await merge("a", "b", "--into", "main", "--test", test);
  expect(found.code, found.stderr).toBe(0);
  expect(found.merge.items).toMatchObject([
    { session: "a", state: "landed" },
    { session: "b", state: "landed" },
  ]);
  expect(found.merge.items.filter(({ resolvedBy }) => resolvedBy !== undefined)).toHaveLength(1);
  expect(await git(cwd, "show", "main:greeting.txt")).toBe("hello, world!");
  const prompts = (await vendor.journal()).map(({ prompt = "" }) => prompt);
  expect(prompts.some((prompt) => prompt.includes("stopped with conflicts"))).toBe(true);
});

it("a conflict that the agent leaves is still one, and nothing of it lands", async () => {
  const before = await git(cwd, "rev-parse", "main");
  const found = await merge("c", "--into", "main");
  expect(found.code, found.stderr).toBe(8);
  expect(found.merge.items).toMatchObject([{ session: "c", state: "conflicted" }]);
  expect(found.merge.items[0]?.detail).toMatch(/not resolved/);
  expect(await git(cwd, "rev-parse", "main")).toBe(before);
});

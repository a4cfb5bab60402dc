import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunView } from "../../src/contract/work/run.ts";
import { sampleProject } from "../support/git/sample-project.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { copilotHost } from "../support/stand-in/copilot/installed.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

// Copilot as a user has it: the built file, the real program and a stand-in for GitHub.

let vendor: Vendor;
let home: TestHome;
let cwd: string;
const token = "gho_madeupbyhand000000000000000000000";

const cowork = (args: readonly string[], input?: string): Promise<CoworkResult> =>
  runCowork(args, { home, cwd, env: { COWORK_BASE_IMAGE: vendor.image }, ...(input === undefined ? {} : { input }) });
async function done(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(args);
  expect(result.code, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}

beforeAll(async () => {
  vendor = await startVendor("e2e-copilot");
  // The program is downloaded once for all tests.
  await (await copilotHost()).end();
  home = await temporaryHome();
  cwd = await sampleProject(home, "none", { name: "shop" });
});

afterAll(async () => {
  await cowork(["stop", "--all"]);
  await home?.remove();
  await vendor?.stop();
});

it("logs in by token, works in a session, and logs out", async () => {
  await done("init", "a", "--agent", "copilot");
  await vendor.adoptSessions(home.hash);
  expect((await cowork(["run", "a", "hi"])).code).toBe(5);

  const stop = vendor.adoptLogin(home.hash);
  const login = await cowork(["auth", "login", "--agent", "copilot", "--with-token"], `${token}\n`).finally(stop);
  expect(login, login.stderr).toMatchObject({ code: 0 });
  expect(login.stdout + login.stderr).not.toContain(token);
  await done("run", "a", script([{ text: "Hello from Copilot." }]), "--wait");
  const { runs } = JSON.parse((await done("runs", "a", "--json")).stdout) as { runs: RunView[] };
  expect(runs).toMatchObject([{ agent: "copilot", state: "completed", result: "Hello from Copilot.", unpriced: true }]);
  const { sessions } = JSON.parse((await done("list", "--json")).stdout) as { sessions: unknown[] };
  expect(sessions).toMatchObject([{ name: "a", agent: "copilot", agentState: { state: "ended" } }]);
  expect((await cowork(["run", "a", "hi", "--budget", "2"])).code).toBe(2);

  await done("auth", "logout", "--agent", "copilot");
  expect(await readdir(join(home.coworkHome, "auth", "copilot"))).toEqual([]);
  expect((await cowork(["run", "a", "hi"])).code).toBe(5);
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { startMachine, type Machine } from "../support/machine.ts";

// --demo on a fresh machine with nothing but the source tree, and what comes after it. test/e2e tests it with the built file.
let machine: Machine;
beforeAll(async () => {
  machine = await startMachine("install-demo");
  await machine.copyTree();
});
afterAll(() => machine.remove());

it("--demo runs again and keeps its sessions", async () => {
  for (let time = 0; time < 2; time += 1) {
    const demo = await machine.sh("cd /src && ./install.sh --demo --yes", { timeoutMs: 10 * 60_000 });
    expect(all(demo)).toMatch(/^exit 0\n/);
    expect(await states()).toEqual(["api running", "docs running", "web running"]);
  }
});

it("sessions can be started after an engine restart, and their programs had time to end", async () => {
  const cowork = (line: string): Promise<{ code: number; stdout: string; stderr: string }> =>
    machine.sh(`cd ~/cowork-demo && ${line}`);
  expect(all(await cowork("cowork start"))).toMatch(/^exit 0\n/);
  expect(await states()).toEqual(["api running", "docs running", "web running"]);
  const work = "trap 'sleep 1.3; echo saved >ended; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
  const restart = await cowork(
    `(cowork connect api -- sh -c "${work}" | head -c 6; sleep 1000) >/tmp/ready & ` +
      `until grep -q ready /tmp/ready; do sleep 0.1; done; ` +
      `kill $(cat /var/run/docker.pid); while docker version >/dev/null 2>&1 || [ -e /var/run/docker.pid ]; do sleep 0.2; done; ` +
      `kill %1; /src/install.sh --engine-only --yes`,
  );
  expect(all(restart)).toMatch(/^exit 0\n/);
  expect(await states()).toEqual(["api stopped", "docs stopped", "web stopped"]);
  expect((await cowork("cowork start")).code).toBe(0);
  expect(await states()).toEqual(["api running", "docs running", "web running"]);
  expect((await cowork("cowork connect api -- cat ended")).stdout).toBe("saved");
});

/** Exit code and output as one text, so that a failed assertion shows everything. */
const all = (run: { code: number; stdout: string; stderr: string }): string =>
  `exit ${run.code}\n${run.stdout}\n${run.stderr}`;

async function states(): Promise<string[]> {
  const { stdout } = await machine.sh("cd ~/cowork-demo && cowork list --json");
  const { sessions } = JSON.parse(stdout) as { sessions: { name: string; state: string }[] };
  return sessions.map(({ name, state }) => `${name} ${state}`).toSorted();
}

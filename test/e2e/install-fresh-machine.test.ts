import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMachine } from "../support/machine.ts";
import type { Machine } from "../support/machine.ts";

// A machine with the source tree, and without Node, Docker Engine and access to an image registry: what the README promises.
let machine: Machine;
beforeAll(async () => {
  machine = await startMachine("install-fresh-machine");
  await machine.copyTree();
});
afterAll(() => machine.remove());

const minutes = (n: number): number => n * 60_000;

describe("install.sh on a fresh machine", () => {
  it("--demo creates three running sessions", { timeout: minutes(12) }, async () => {
    const found = await machine.sh("for p in node npm docker dockerd tmux; do command -v $p; done");
    expect(found.stdout).toBe("");

    const refused = await machine.sh("cd /src && ./install.sh --demo");
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain("docker.io");
    expect((await machine.sh("ls -A ~/.cowork /usr/local/bin")).stdout).not.toContain("cowork");

    const first = await machine.sh("cd /src && ./install.sh --demo --yes", { timeoutMs: minutes(10) });
    expect(all(first)).toMatch(/^exit 0\n/);
    for (const session of ["api", "web", "docs"])
      expect(first.stdout).toMatch(new RegExp(`hello from .*, on branch ${session}\n`));
    expect(await states()).toEqual(["api running", "docs running", "web running"]);
  });

  it("--uninstall removes cowork and keeps the sessions", async () => {
    const { code, stdout } = await machine.sh(
      "/src/install.sh --uninstall --yes; code=$?; ls ~/.cowork/sessions; exit $code",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("3 session(s) are kept");
    expect(stdout).toContain("cowork-demo-api");
    expect((await machine.sh("command -v cowork")).code).toBe(1);
  });
});

/** Exit code and output as one text, so that a failed assertion shows everything. */
const all = (run: { code: number; stdout: string; stderr: string }): string =>
  `exit ${run.code}\n${run.stdout}\n${run.stderr}`;

async function states(): Promise<string[]> {
  const { stdout } = await machine.sh("cd ~/cowork-demo && cowork list --json");
  const { sessions } = JSON.parse(stdout) as { sessions: { name: string; state: string }[] };
  return sessions.map(({ name, state }) => `${name} ${state}`).toSorted();
}

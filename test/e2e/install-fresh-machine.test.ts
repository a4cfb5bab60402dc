import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { nodeRelease } from "../support/install.ts";
import { startMachine } from "../support/machine.ts";
import type { Machine } from "../support/machine.ts";

// A machine with the source tree, and without Node, Docker Engine and access to an image registry: what the README promises.
// cowork is built there already and Node comes from a mirror, because this suite has just built it with what install.sh brought.
// test/soak has the same machine without both.
let home: TestHome;
let machine: Machine;
beforeAll(async () => {
  home = await temporaryHome();
  const mirror = join(home.folder, "mirror");
  await nodeRelease(join(mirror, "latest-v24.x"));
  machine = await startMachine("install-fresh-machine", {
    mounts: [{ source: mirror, target: "/mirror", mode: "ro" }],
  });
  await machine.copyTree();
  await machine.copyBuilt();
});
afterAll(async () => {
  await machine.remove();
  await home.remove();
});

const minutes = (n: number): number => n * 60_000;

describe("install.sh on a fresh machine", () => {
  it("--demo creates three running sessions", { timeout: minutes(12) }, async () => {
    const found = await machine.sh("for p in node npm docker dockerd tmux; do command -v $p; done");
    expect(found.stdout).toBe("");

    const refused = await machine.sh("cd /src && ./install.sh --demo");
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain("docker.io");
    expect((await machine.sh("ls -A ~/.cowork /usr/local/bin")).stdout).not.toContain("cowork");

    const demo = "cd /src && COWORK_NODE_MIRROR=file:///mirror ./install.sh --demo --yes";
    const first = await machine.sh(demo, { timeoutMs: minutes(10) });
    expect(all(first)).toMatch(/^exit 0\n/);
    expect(first.stdout).not.toMatch(/Building cowork|could not download/);
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

import { afterAll, beforeAll, expect, it } from "vitest";
import { ordinaryUserOf, startMachine, type Machine } from "../support/machine.ts";

// What install.sh does besides --demo, on a fresh machine. test/e2e tests the demo.
let machine: Machine;
beforeAll(async () => {
  machine = await startMachine("install-engine");
  await machine.copyTree();
});
afterAll(() => machine.remove());

it("starts the engine again after it was killed and left stale pid files", async () => {
  await machine.sh("cd /src && ./install.sh --engine-only --yes");
  const kills = [
    "kill -9 $(cat /var/run/docker.pid)",
    "kill -9 $(cat /var/run/docker.pid) $(cat /var/run/docker/containerd/containerd.pid)",
    "kill -9 $(cat /var/run/docker.pid) $(cat /var/run/docker/containerd/containerd.pid); sleep 1000 & echo $! | tee /var/run/docker.pid >/var/run/docker/containerd/containerd.pid",
  ];
  for (const kill of kills) {
    const dead = await machine.sh(`${kill}; sleep 1; docker version`);
    expect(all(dead)).not.toMatch(/^exit 0\n/);
    const again = await machine.sh("cd /src && ./install.sh --engine-only --yes && docker version >/dev/null");
    expect(all(again)).toMatch(/^exit 0\n/);
  }
  const both = await machine.sh(
    "kill $(cat /var/run/docker.pid); sleep 3; cd /src; ./install.sh --engine-only --yes & ./install.sh --engine-only --yes & wait -n && wait -n && docker version",
  );
  expect(all(both)).toMatch(/^exit 0\n/);
});

it("sets up an ordinary user with sudo: docker group, own Node and own cowork", async () => {
  const user = await ordinaryUserOf(machine);
  const login = await machine.sh(user("cd /src && ./install.sh --yes"));
  expect(all(login)).toMatch(/^exit 0\n/);
  expect(login.stdout).toContain("add tess to the group docker");
  expect(login.stderr).toContain("log out and in again");
  const after = await machine.sh(user("id -nG; command -v cowork; cowork --version; cowork list --all --json"));
  expect(all(after)).toMatch(/^exit 0\n/);
  expect(after.stdout).toMatch(/\bdocker\b.*\n\/home\/tess\/\.local\/bin\/cowork\ncowork \d/);
  expect(after.stdout).toContain('"sessions": []');
});

/** Exit code and output as one text, so that a failed assertion shows everything. */
const all = (run: { code: number; stdout: string; stderr: string }): string =>
  `exit ${run.code}\n${run.stdout}\n${run.stderr}`;

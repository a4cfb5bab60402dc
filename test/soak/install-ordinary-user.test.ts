import { expect, it } from "vitest";
import { ordinaryUserOf, startMachine } from "../support/machine.ts";

// Too long for the suite, which tries the same as root and, for an ordinary user, the set-up alone.
it("install.sh --demo as an ordinary user with sudo, on a fresh machine", async () => {
  await using machine = await startMachine("install-ordinary-user");
  await machine.copyTree();
  const user = await ordinaryUserOf(machine);
  await machine.sh("chown -R tess: /src");
  const demo = await machine.sh(user("cd /src && ./install.sh --demo --yes"), { timeoutMs: 15 * 60_000 });
  expect(`exit ${demo.code}\n${demo.stdout}\n${demo.stderr}`).toMatch(/^exit 0\n/);
  const list = await machine.sh(user("cd ~/cowork-demo && cowork list --json"));
  const { sessions } = JSON.parse(list.stdout) as { sessions: { state: string }[] };
  expect(sessions.map(({ state }) => state)).toEqual(["running", "running", "running"]);
  const owner = await machine.sh("stat -c %U /home/tess/.cowork/sessions/cowork-demo-api/hello.sh");
  expect(owner.stdout).toBe("tess");
});

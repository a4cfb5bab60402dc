import { expect, it } from "vitest";
import { ordinaryUserOf, startMachine } from "../support/machine.ts";

// Takes too long for the e2e tests, which run the demo as root.
it("install.sh --demo creates three running sessions for an ordinary user with sudo on a fresh machine", async () => {
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

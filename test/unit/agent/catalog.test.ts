import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allAgents, findAgent, getAgent } from "../../../src/agent/catalog.ts";
import { findStates } from "../../../src/agent/states-catalog.ts";
import { policyFolders } from "../../../src/contract/agents.ts";
import { reservedFolders } from "../../../src/devcontainer/judge/judge-target.ts";
import { tree } from "../../support/git/tree.ts";

test.each(allAgents().map((agent) => [agent.id, agent] as const))("%s is complete", async (id, agent) => {
  const launcher = join(tree, "templates/agent/bin", id);
  expect(await readFile(launcher, "utf8")).toMatch(new RegExp(`^c_id=${id}\n\\. /opt/cowork/bin/agent-launch\n$`, "m"));
  const { [id]: folder } = policyFolders as Record<string, string>;
  expect([folder, undefined]).toContain(agent.launch.policy?.target);
  expect(reservedFolders).toContain(folder);
  // `list` reads states without the rest of the agent.
  expect(findStates(id)).toBe(agent.states);
  const { renewal } = agent.login;
  const program = renewal.kind === "cowork" ? renewal.program : id;
  expect((await stat(join(tree, "templates/agent/bin", program))).isFile()).toBe(true);
  const { lock, locks } = renewal.kind === "none" ? { lock: "", locks: [""] } : renewal;
  expect(locks).toContain(lock);
});

test("an agent that this cowork does not have is an error where it is needed, and nothing where it may be of a newer one", () => {
  expect(() => getAgent("unknown\u001b[31m")).toThrow("This cowork has no agent called unknown");
  expect(findAgent("unknown")).toBe(undefined);
  expect(findStates("constructor")).toBe(undefined);
});

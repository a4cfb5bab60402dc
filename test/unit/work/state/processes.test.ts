import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { Agent } from "../../../../src/agent/types.ts";
import { processesOf } from "../../../../src/work/state/check-state.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";
import { sampleAgent } from "../../../support/fakes/sample-agent.ts";
import { startNamed, uniqueName } from "../../../support/named-process.ts";
import { realContext } from "../../../support/home/real-context.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

test("processes are found by name, and where others have it, by the installation that they were started from", async () => {
  const folder = await temporaryFolder();
  const name = uniqueName();
  const its = await startNamed(join(folder, "opt/cowork/agents/sample", name));
  const other = await startNamed(join(folder, "usr/bin", name));
  const engine = createFakeEngine({
    program: async ({ spec }) => {
      // The container's root is this folder.
      const [file, ...args] = spec.command.map((word) => word.replace(/^\/opt\/cowork/, `${folder}/opt/cowork`));
      const { exitCode: code = 1, stdout } = await execa(file!, args);
      return { code, stdout };
    },
  });
  const { id } = engine.addContainer({ state: "running" });
  const ctx = realContext(join(folder, ".cowork"), { engine }, folder);
  const pids = async (stop: Agent["stop"]): Promise<Set<number>> => {
    const found = await processesOf(ctx, id, { ...sampleAgent, stop });
    return new Set([...(found ?? [])].map((key) => Number(key.split(" ")[0])));
  };
  expect(await pids({ process: name })).toEqual(new Set([its.pid, other.pid]));
  expect(await pids({ process: name, installed: true })).toEqual(new Set([its.pid]));
  expect(await pids({ process: uniqueName() })).toEqual(new Set());
});

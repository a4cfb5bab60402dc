import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { devcontainerPlan } from "../../../../src/contract/devcontainer/devcontainer-plan.ts";
import { checkMounts } from "../../../../src/session/lifecycle/check-mounts.ts";
import { homeOf, sessionLabels } from "../../../../src/session/record/labels.ts";
import type { SessionRecord } from "../../../../src/session/record/record.ts";
import { connectContext } from "../../../support/connect-context.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";
import { samplesOf } from "../../../support/sample-of.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

it.each([
  ["failed", "and commit that, then cowork clean a and cowork init a"],
  ["ready", "in the session; then cowork start a --rebuild"],
] as const)("an unplanned mount stops the container, and the hint fits a session that is %s", async (phase, way) => {
  const engine = createFakeEngine();
  const ctx = connectContext(await temporaryFolder(), { engine });
  const record = { id: "app-a", name: "a", project: "app", phase } as SessionRecord;
  const state = ctx.paths.devcontainer("app-a");
  await mkdir(state, { recursive: true });
  await writeFile(
    join(state, "plan.json"),
    JSON.stringify({ ...(samplesOf(devcontainerPlan)[0] as object), cloneBinds: [""] }),
  );
  await writeFile(join(state, "mounts.json"), JSON.stringify({ ours: [], isAgreed: false }));
  const clone = { type: "bind", source: ctx.paths.clone("app-a"), destination: "/w", writable: true };
  const foreign = { type: "bind", source: "/elsewhere", destination: "/x", writable: true };
  const labels = sessionLabels(record, homeOf(ctx, record));
  const main = engine.addContainer({ name: "main", state: "running", labels, mounts: [clone, foreign] });
  await expect(checkMounts(ctx, record, main)).rejects.toMatchObject({
    message: "a was stopped: in main /elsewhere of this host is mounted at /x.",
    hint: `correct the dev container configuration ${way}`,
  });
});

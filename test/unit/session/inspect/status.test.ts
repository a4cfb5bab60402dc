import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { sessionStatus } from "../../../../src/session/inspect/status.ts";
import { homeOf, label, sessionLabels } from "../../../../src/session/record/labels.ts";
import { writeRecord, type SessionRecord } from "../../../../src/session/record/record.ts";
import { connectContext } from "../../../support/connect-context.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const record: SessionRecord = {
  schema: 1,
  id: "app-a",
  name: "a",
  project: "app",
  projectRoot: "/nowhere/app",
  folder: "app",
  rootCommit: "r0",
  createdAt: "2026-03-01T12:00:00.000Z",
  phase: "ready",
  start: { branch: "a", commit: "c0", existing: false },
  agent: "claude",
  cloned: false,
  volumes: ["app-a_data"],
  images: [],
  carried: [],
};

test("slow values are requested only if they are wanted", async () => {
  const engine = createFakeEngine();
  let figures = 0;
  const stats: typeof engine.stats = async () => {
    figures += 1;
    return { cpuPercent: 1, memoryBytes: 2 };
  };
  const ctx = connectContext(await temporaryFolder(), { engine: { ...engine, stats } });
  await writeRecord(ctx, record);
  await mkdir(ctx.paths.clone(record.id), { recursive: true });
  const labels = { ...sessionLabels(record, homeOf(ctx, record)), [label.localFolder]: ctx.paths.clone(record.id) };
  const clone = { type: "bind", source: ctx.paths.clone(record.id), destination: "/w", writable: true };
  engine.addContainer({ state: "running", labels, mounts: [clone] });
  const user = { saved: async () => undefined };
  const [brief] = await sessionStatus(ctx, user, {}, { precious: [], brief: true });
  expect([figures, brief?.disk, brief?.resources, brief?.volumes]).toEqual([0, null, null, ["app-a_data"]]);
  const [full] = await sessionStatus(ctx, user, {}, { precious: [] });
  expect([figures, full?.resources]).toEqual([1, { cpuPercent: 1, memoryBytes: 2 }]);
  expect(full?.disk).toMatchObject({ state: expect.any(Number) });
});

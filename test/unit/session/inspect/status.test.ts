import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
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

test("of many sessions only some are looked into at the same time", async () => {
  let [now, most, looks] = [0, 0, 0];
  const engine = createFakeEngine({
    program: async () => {
      now += 1;
      looks += 1;
      most = Math.max(most, now);
      await delay(5);
      now -= 1;
      return { code: 0 };
    },
  });
  const ctx = connectContext(await temporaryFolder(), { engine });
  for (let n = 0; n < 12; n += 1) {
    const one = { ...record, id: `app-a${n}`, name: `a${n}`, cloned: true };
    await writeRecord(ctx, one);
    await mkdir(ctx.paths.clone(one.id), { recursive: true });
    const labels = { ...sessionLabels(one, homeOf(ctx, one)), [label.localFolder]: ctx.paths.clone(one.id) };
    const clone = { type: "bind", source: ctx.paths.clone(one.id), destination: "/w", writable: true };
    engine.addContainer({ state: "running", labels, mounts: [clone] });
  }
  const user = { saved: async () => undefined };
  expect(await sessionStatus(ctx, user, {}, { precious: [], brief: true })).toHaveLength(12);
  expect(looks).toBeGreaterThanOrEqual(12);
  expect(most).toBe(4);
});

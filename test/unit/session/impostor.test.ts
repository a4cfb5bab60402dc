import { beforeEach, expect, test } from "vitest";
import { resolveSettings } from "../../../src/config/resolve.ts";
import type { ContainerDetail } from "../../../src/engine/types.ts";
import { loadCli } from "../../../src/devcontainer/cli/cli.ts";
import { bringUp } from "../../../src/session/lifecycle/bring-up.ts";
import { checkLeftovers } from "../../../src/session/checks/leftovers.ts";
import { sessionLabels } from "../../../src/session/record/labels.ts";
import { listSessions } from "../../../src/session/inspect/list.ts";
import { writeRecord, type SessionRecord } from "../../../src/session/record/record.ts";
import { removeFromEngine } from "../../../src/session/clean/remove-from-engine.ts";
import { stopSessions } from "../../../src/session/lifecycle/stop.ts";
import type { Context } from "../../../src/system/context.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { createFakeEngine, type FakeEngine } from "../../support/fakes/fake-engine.ts";
import { imageContext } from "../../support/engine/image-context.ts";

// A container of another repository's image that has the labels of session a: it must not be treated as part of the session.

let engine: FakeEngine;
let ctx: Context;
let record: SessionRecord;
let impostor: ContainerDetail;
let main: ContainerDetail;

beforeEach(async () => {
  const program = async ({ container }: { container?: ContainerDetail }) => {
    if (container?.id === impostor.id) throw new Error("something ran in the impostor");
    return { code: 0 };
  };
  engine = createFakeEngine({ program });
  const world = await imageContext({ engine, run: async () => ({ code: 1, stdout: "", stderr: "" }) });
  ({ ctx } = world);
  const clone = ctx.paths.clone("app-a");
  record = {
    schema: 1,
    id: "app-a",
    name: "a",
    project: "app",
    projectRoot: world.folder,
    folder: "app",
    rootCommit: "1".repeat(40),
    createdAt: "2026-01-01T00:00:00.000Z",
    phase: "ready",
    start: { branch: "a", commit: "2".repeat(40), existing: false },
    agent: "claude",
    cloned: true,
    devcontainer: {
      kind: "image",
      path: null,
      trustHash: "",
      changes: [],
      image: { ref: "cowork-app:k", key: "k" },
      remoteUser: "root",
      remoteUid: 0,
      git: {},
    },
    container: { user: "root", workspaceFolder: "/workspaces/app-a", remoteEnv: {}, startedAt: "" },
    volumes: [],
    images: [],
    carried: [],
    home: homeId(ctx.paths),
  };
  await writeRecord(ctx, record);
  const labels = { ...sessionLabels(record, homeId(ctx.paths)), "devcontainer.local_folder": clone };
  const image = engine.addImage({ tags: ["evil:1"], labels });
  impostor = engine.addContainer({ name: "impostor", imageId: image.id, labels });
  const mounts = [{ type: "bind", source: clone, destination: "/workspaces/app-a", writable: true }];
  main = engine.addContainer({ name: "main", labels, mounts });
  return world.end;
});

test.each(["running", "exited"] as const)("an impostor that is %s is not shown, stopped or removed", async (state) => {
  impostor.state = state;
  expect((await listSessions(ctx, {})).map(({ container }) => container?.id)).toEqual([main.id]);
  const [outcome] = await stopSessions(ctx, {}, { concurrency: 1 });
  expect(outcome).toMatchObject({ ok: true, session: { container: { id: main.id } } });
  expect([impostor.state, main.state]).toEqual([state, "exited"]);
  expect(await removeFromEngine(ctx, record)).toEqual(["container main"]);
  expect([...engine.containers.keys()]).toEqual([impostor.id]);
});

test("doctor lists an impostor, without advice to remove it", async () => {
  const containers = async () =>
    (await checkLeftovers(ctx, { fix: false })).filter(({ title }) => title === "Containers");
  expect(await containers()).toMatchObject([{ status: "warning", fix: "docker inspect impostor" }]);
  engine.containers.delete(impostor.id);
  expect(await containers()).toMatchObject([{ status: "ok" }]);
});

test("nothing starts next to an impostor: @devcontainers/cli would take it for the session's container", async () => {
  engine.containers.delete(main.id);
  const { settings } = resolveSettings({ flags: {}, env: {}, cpus: 1 });
  const called: unknown[] = [];
  const run: Context["run"] = async (_file, args, { input } = {}) => {
    if (!args.some((word) => word.endsWith("devcontainer.js"))) return { code: 1, stdout: "", stderr: "" };
    called.push(await input);
    return { code: 0, stdout: "", stderr: "" };
  };
  const cli = loadCli({ ...ctx, run });
  const up = bringUp({ ...ctx, run }, { ...record, container: undefined }, settings, [], cli);
  await expect(up).rejects.toMatchObject({ code: "UP_FAILED", message: expect.stringContaining("impostor") as string });
  await cli[Symbol.asyncDispose]();
  expect(called).toEqual([""]);
  expect([...engine.containers.keys()]).toEqual([impostor.id]);
});

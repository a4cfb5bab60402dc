import { mkdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  composePlan,
  devcontainerPlan,
  type DevcontainerPlan,
} from "../../../../src/contract/devcontainer/devcontainer-plan.ts";
import type { ContainerDetail } from "../../../../src/engine/types.ts";
import { homeOf, label, sessionLabels } from "../../../../src/session/record/labels.ts";
import type { SessionRecord } from "../../../../src/session/record/record.ts";
import { stopBeforeStart, restartStopped } from "../../../../src/session/lifecycle/stop-before-start.ts";
import { connectContext } from "../../../support/connect-context.ts";
import { createFakeEngine, type FakeEngine } from "../../../support/fakes/fake-engine.ts";
import { sampleOf } from "../../../support/sample-of.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

let engine: FakeEngine;
let ctx: ReturnType<typeof connectContext>;
let clone: string;
const record = { id: "app-a", name: "a", project: "app" } as SessionRecord;

beforeEach(async () => {
  engine = createFakeEngine();
  ctx = connectContext(await temporaryFolder(), { engine });
  clone = ctx.paths.clone("app-a");
  await mkdir(join(clone, "a", "sub"), { recursive: true });
  await plan(["", "a/sub"]);
});

async function plan(cloneBinds: string[], more: Partial<DevcontainerPlan> = {}): Promise<void> {
  await mkdir(ctx.paths.devcontainer("app-a"), { recursive: true });
  const whole = { ...sampleOf(devcontainerPlan), compose: undefined };
  await writeFile(
    join(ctx.paths.devcontainer("app-a"), "plan.json"),
    JSON.stringify({ ...whole, cloneBinds, ...more }),
  );
}

function service(name: string, state: ContainerDetail["state"] = "running"): ContainerDetail {
  const labels = { ...sessionLabels(record, homeOf(ctx, record)), "com.docker.compose.service": name };
  const mounts = [{ type: "bind", source: clone, destination: "/w", writable: true }];
  return engine.addContainer({ name, state, labels, mounts });
}

const states = (): string[] => [...engine.containers.values()].map(({ name, state }) => `${name} ${state}`);

describe("before a start", () => {
  it("everything of the session is stopped, including services that still run", async () => {
    for (const [name, state] of [
      ["app", "exited"],
      ["db", "running"],
      ["web", "paused"],
    ] as const)
      service(name, state);
    engine.stopContainer = async (id) => void Object.assign(engine.containers.get(id) ?? {}, { state: "exited" });
    await stopBeforeStart(ctx, record);
    expect(states()).toEqual(["app exited", "db exited", "web exited"]);
  });

  it("processes in a running dev container are ended gracefully first", async () => {
    const main = service("app");
    main.labels = { ...main.labels, [label.localFolder]: clone };
    await stopBeforeStart(ctx, record);
    expect(engine.commands.map((command) => command.join(" ")).join("\n")).toContain("/opt/cowork/bin/quiesce --exec");
    expect(states()).toEqual(["app exited"]);
  });

  it("nothing is stopped if only the clone's root is mounted: no process inside can replace it", async () => {
    await plan([""]);
    service("db");
    await stopBeforeStart(ctx, record);
    expect(states()).toEqual(["db running"]);
  });

  it.each(["a", "a/sub"])("%s is refused if it was replaced with a link", async (path) => {
    await rm(join(clone, path), { recursive: true });
    await symlink("/etc", join(clone, path));
    await expect(stopBeforeStart(ctx, record)).rejects.toMatchObject({
      code: "UP_FAILED",
      message: expect.stringContaining("a/sub, which is a link") as string,
    });
  });

  it("a user's own container that has the clone mounted must end first", async () => {
    const source = join(clone, "a");
    const other = engine.addContainer({
      name: "mine",
      state: "running",
      mounts: [{ type: "bind", source, destination: "/x", writable: true }],
    });
    await expect(stopBeforeStart(ctx, record)).rejects.toMatchObject({
      code: "UP_FAILED",
      hint: expect.stringContaining("docker stop mine") as string,
    });
    Object.assign(other.mounts[0]!, { writable: false });
    await stopBeforeStart(ctx, record);
    Object.assign(other.mounts[0]!, { writable: true, source: `${clone}-other` });
    await stopBeforeStart(ctx, record);
    expect(states()).toEqual(["mine running"]);
  });

  it("folders that replace those next to the project are created for the session's user, and links there are refused too", async () => {
    await plan(["../data/db", "../../x"]);
    await stopBeforeStart(ctx, record);
    const beside = ctx.paths.beside("app-a");
    for (const path of ["1/data/db", "2/x"]) {
      const { uid, mode } = await stat(join(beside, path));
      expect({ uid, mode: mode & 0o777 }).toEqual({ uid: ctx.user.sessionUid, mode: 0o755 });
    }
    await rm(join(beside, "1/data/db"), { recursive: true });
    await symlink("/etc", join(beside, "1/data/db"));
    await expect(stopBeforeStart(ctx, record)).rejects.toMatchObject({
      message: expect.stringContaining("../data/db, which is a link") as string,
    });
    await rm(join(beside, "1/data"), { recursive: true });
    await symlink("/etc", join(beside, "1/data"));
    await expect(stopBeforeStart(ctx, record)).rejects.toMatchObject({
      message: expect.stringContaining("../data/db, which is a link") as string,
    });
  });
});

describe("containers that were stopped for a while", () => {
  const compose = {
    ...sampleOf(composePlan),
    canonical: { services: { app: { depends_on: ["web"] }, db: {}, web: { depends_on: ["db"] } } },
  };

  it("start in the order that Compose would use", async () => {
    await plan(["", "a/sub"], { compose });
    const containers = ["app", "web", "db"].map((name) => service(name, "exited"));
    const started: string[] = [];
    const start = engine.startContainer.bind(engine);
    engine.startContainer = async (id) => {
      started.push(engine.containers.get(id)?.name ?? "");
      await start(id);
    };
    expect(await restartStopped(ctx, record, containers)).toEqual([]);
    expect(started).toEqual(["db", "web", "app"]);
  });

  it("do not start at all if a mount leads elsewhere by now", async () => {
    await rm(join(clone, "a"), { recursive: true });
    await symlink("/etc", join(clone, "a"));
    const containers = [service("app", "exited")];
    expect(await restartStopped(ctx, record, containers)).toEqual([expect.stringContaining("link")]);
    expect(states()).toEqual(["app exited"]);
  });
});

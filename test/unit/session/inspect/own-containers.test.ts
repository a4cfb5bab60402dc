import { describe, expect, it } from "vitest";
import type { ContainerDetail } from "../../../../src/engine/types.ts";
import { ownContainers } from "../../../../src/session/inspect/own-containers.ts";
import { composeProjectName } from "../../../../src/session/record/names.ts";
import { devContainer } from "../../../../src/session/inspect/view.ts";
import { containersOf, sortedContainers } from "../../../../src/session/inspect/observe.ts";
import type { Context } from "../../../../src/system/context.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";

const paths = coworkPaths("/home/u/.cowork");
const home = "5".repeat(32);
const owner = { id: "app-a", home };
const labels = {
  "cowork.session": "app-a",
  "cowork.name": "a",
  "cowork.home": home,
  "devcontainer.local_folder": paths.clone("app-a"),
};
const compose = { "com.docker.compose.project": composeProjectName(home, "app-a") };
const bind = (source: string) => ({ type: "bind", source, destination: "/workspaces/app-a", writable: true });
const clone = bind(paths.clone("app-a"));

function world() {
  const engine = createFakeEngine();
  const bare = engine.addImage({ tags: ["bare:1"] });
  const marked = engine.addImage({ tags: ["marked:1"], labels: { ...labels, ...compose } });
  const add = (detail: Partial<ContainerDetail>) => engine.addContainer({ imageId: bare.id, labels, ...detail });
  const ctx = { paths, engine } as unknown as Context;
  return { ctx, engine, add, bare, marked };
}

describe("a session's containers", () => {
  it("are those that have its clone mounted or are in its record", async () => {
    const { ctx, add } = world();
    const mounts = add({ mounts: [clone] });
    const below = add({ mounts: [bind(`${paths.clone("app-a")}/packages/web`)] });
    const ours = add({ mounts: [bind(paths.container("app-a"))] });
    const known = add({});
    const main = add({});
    const record = { ...owner, container: someContainer(main.id), containers: [known.id] };
    const found = await containersOf(ctx, record);
    expect(found.map(({ id }) => id)).toEqual([main.id, mounts.id, below.id, ours.id, known.id]);
    expect(ownContainers(ctx, record, await ctx.engine.listContainers({})).map(({ id }) => id)).toEqual(
      found.map(({ id }) => id),
    );
  });

  it.each([
    ["nothing mounted", []],
    ["a folder next to the clone", [bind(`${paths.clone("app-a")}-b`)]],
    ["the folder of all clones", [bind(paths.sessions)]],
    ["another session's clone", [bind(paths.clone("app-b"))]],
    ["a volume named like the clone", [{ ...clone, type: "volume" }]],
    ["the clone's path as a target", [{ ...bind("/tmp/x"), destination: paths.clone("app-a") }]],
  ])("do not include those that only have its labels: %s", async (_, mounts) => {
    const { ctx, add } = world();
    const other = add({ mounts });
    expect(await sortedContainers(ctx, owner)).toMatchObject({ own: [], foreign: [{ id: other.id }] });
    expect(ownContainers(ctx, owner, [other])).toEqual([]);
  });

  it("do not include those of another home, whatever they mount", async () => {
    const { ctx, add } = world();
    const other = add({ labels: { ...labels, "cowork.home": paths.pathHash }, mounts: [clone] });
    expect(await sortedContainers(ctx, owner)).toEqual({ own: [], foreign: [] });
    // A session from before homes had ids keeps its old labels.
    expect((await containersOf(ctx, { id: "app-a" })).map(({ id }) => id)).toEqual([other.id]);
  });

  it("start with the dev container, also if a stopped impostor exists", async () => {
    const { ctx, add, marked } = world();
    add({ imageId: marked.id, labels: { ...labels, ...compose }, state: "exited" });
    const sidecar = add({ labels: { ...labels, "devcontainer.local_folder": "/x" }, mounts: [clone] });
    const main = add({ mounts: [clone] });
    const found = await containersOf(ctx, owner);
    expect(found.map(({ id }) => id)).toEqual([main.id, sidecar.id]);
    expect(devContainer(found)?.id).toBe(main.id);
  });

  it("include a Compose service that an interrupted `up` left, unless its labels come from its image", async () => {
    const { ctx, add, marked } = world();
    const db = add({ labels: { ...labels, ...compose } });
    add({ imageId: marked.id, labels: { ...labels, ...compose } });
    add({ labels: { ...labels, "com.docker.compose.project": "cowork-other" } });
    add({ imageId: "sha256:gone", labels: { ...labels, ...compose } });
    const { own, foreign } = await sortedContainers(ctx, owner);
    expect(own.map(({ id }) => id)).toEqual([db.id]);
    expect(foreign).toHaveLength(3);
  });

  it("are found even if the engine's list leaves out mounts", async () => {
    const { ctx, engine, add } = world();
    const main = add({ mounts: [clone] });
    engine.listContainers = async () => [{ ...main, mounts: [] }];
    expect((await containersOf(ctx, owner)).map(({ id }) => id)).toEqual([main.id]);
  });
});

function someContainer(id: string) {
  return { id, user: "dev", workspaceFolder: "/workspaces/app-a", remoteEnv: {}, startedAt: "" };
}

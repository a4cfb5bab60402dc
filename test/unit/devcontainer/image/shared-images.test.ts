import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  listUnusedImages,
  removeDangling,
  removeUnusedImages,
} from "../../../../src/devcontainer/image/shared-images.ts";
import type { ContainerDetail, ImageDetail } from "../../../../src/engine/types.ts";
import type { Context } from "../../../../src/system/context.ts";
import { homeId } from "../../../../src/system/home-id.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { createFakeEngine, type FakeEngine } from "../../../support/fakes/fake-engine.ts";

let folder: string;
let engine: FakeEngine;
let ctx: Context;
let home: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cowork-images-"));
  engine = createFakeEngine();
  ctx = { paths: coworkPaths(folder), engine, log: () => undefined } as unknown as Context;
  home = homeId(ctx.paths);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const layers = (...names: string[]): string[] => names;
const add = (tag: string, labels: Record<string, string> = {}, more: Partial<ImageDetail> = {}): ImageDetail =>
  engine.addImage({
    tags: tag === "" ? [] : [tag],
    labels,
    layers: layers(`layer of ${tag} ${engine.images.size}`),
    ...more,
  });
const ours = (key?: string, project = "app"): Record<string, string> => ({
  "cowork.home": home,
  "cowork.project": project,
  ...(key === undefined ? {} : { "cowork.key": key }),
});
const unused = async (used: string[] = []): Promise<string[]> =>
  (await listUnusedImages(ctx, new Set(used))).map(({ ref }) => ref).toSorted();
const remove = async (used: string[] = []): Promise<string[]> =>
  (await removeUnusedImages(ctx, new Set(used), { dryRun: false })).map(({ ref }) => ref);

describe("unused shared images", () => {
  test("are removed, but not another service's while its project is in use, nor images that someone else built", async () => {
    add("cowork-app:used", ours("used"));
    add("cowork-app:old", ours("old"));
    add("cowork-app:db", { ...ours("db"), "cowork.service": "db" });
    add("cowork-web:db", { ...ours("db", "web"), "cowork.service": "db" });
    add("cowork-template:1", { "cowork.shared": "template" });
    add("my/own:1", { "cowork.shared": "template" });
    add("my/other:1", ours("x"));
    add("debian:trixie");
    expect(await unused(["cowork-app:used"])).toEqual(["cowork-app:old", "cowork-template:1", "cowork-web:db"]);
    expect(await remove(["cowork-app:used"])).toEqual(["cowork-app:old", "cowork-web:db", "cowork-template:1"]);
    expect([...engine.images.values()].flatMap(({ tags }) => tags)).toEqual([
      "cowork-app:used",
      "cowork-app:db",
      "my/own:1",
      "my/other:1",
      "debian:trixie",
    ]);
  });

  test("are removed also if they are from before homes had ids", async () => {
    add("cowork-app:old", { ...ours("old"), "cowork.home": ctx.paths.pathHash });
    expect(await unused()).toEqual(["cowork-app:old"]);
  });

  test.each([
    ["a container of another home", () => container("debian:1", { "cowork.home": "other", "cowork.session": "p-a" })],
    [
      "an image of another home",
      () => void add("cowork-app:theirs", { "cowork.home": "other", "cowork.project": "app" }),
    ],
  ])("are kept if they belong to the engine as a whole and %s uses them", async (_, other) => {
    add("debian:1");
    for (const kind of ["base", "template", "authorities"]) add(`cowork-${kind}:1`, { "cowork.shared": kind });
    add("cowork-app:old", ours("old"));
    other();
    expect(await unused()).toEqual(["cowork-app:old"]);
    expect(await remove()).toEqual(["cowork-app:old"]);
  });

  test("are kept if another image or a container is based on them, directly or indirectly", async () => {
    const base = add("cowork-base:1", { "cowork.shared": "base" }, { layers: ["1"] });
    const template = add("cowork-template:1", { "cowork.shared": "template" }, { layers: ["1", "2"] });
    add("cowork-app:a", ours("a"), { layers: ["1", "2", "3"] });
    add("cowork-app:b", ours("b"), { layers: ["1", "2", "4"] });
    expect(await unused()).toEqual(["cowork-app:a", "cowork-app:b", base.tags[0], template.tags[0]]);
    expect(await unused(["cowork-app:a"])).toEqual(["cowork-app:b"]);
    const mine = add("my/own:1", {}, { layers: ["1", "2", "4", "5"] });
    expect(await unused()).toEqual(["cowork-app:a"]);
    engine.images.delete(mine.id);
    container("cowork-app:b");
    expect(await unused()).toEqual(["cowork-app:a"]);
  });

  test("are kept if someone has built an image on them that only adds a variable", async () => {
    const added = { layers: ["1"], createdAt: "2026-01-02T00:00:00Z" };
    add("cowork-app:a", ours("a"), { layers: ["1"] });
    add("my/own:1", ours("a"), added);
    expect(await unused()).toEqual([]);
    // Another one of ours with the same layers is not based on it.
    engine.images.clear();
    add("cowork-app:a", ours("a"), { layers: ["1"] });
    add("cowork-app:b", ours("b"), added);
    expect(await unused(["cowork-app:b"])).toEqual(["cowork-app:a"]);
  });
});

describe("untagged images", () => {
  test("are ours if our build labelled them, and someone else's if they inherited the labels", async () => {
    add("cowork-app:a", ours("a"), { layers: ["1", "2"] });
    const theirs = add("", ours("a"), { layers: ["1", "2", "9"] });
    const noLayer = add("", ours("a"), { layers: ["1", "2"], createdAt: "2026-01-02T00:00:00Z" });
    const stage = add("", ours(), { layers: ["1", "7"] });
    const replaced = add("", ours("old"), { layers: ["1", "8"] });
    expect(await unused(["cowork-app:a"])).toEqual([stage.id, replaced.id].toSorted());
    await removeDangling(ctx, "app");
    expect([...engine.images.keys()]).toEqual(expect.arrayContaining([theirs.id, noLayer.id]));
    expect(engine.images.has(stage.id)).toBe(false);
  });

  test("are recognized by their parents if the image that they were built on has lost its tag", async () => {
    const final = add("", ours("a"), { layers: ["1"] });
    const step = add("", {}, { parentId: final.id, layers: ["1", "2"] });
    const theirs = add("", ours("a"), { parentId: step.id, layers: ["1", "2", "3"] });
    expect(await unused()).toEqual([]);
    expect(await remove()).toEqual([]);
    engine.images.delete(theirs.id);
    engine.images.delete(step.id);
    expect(await unused()).toEqual([final.id]);
  });
});

describe("containers of failed build steps", () => {
  test("are removed with the images; running ones, successful ones, and those of a session are kept", async () => {
    const stage = add("", ours(), { layers: ["1", "7"] });
    const foreign = add("cowork-app:a", ours("a"), { layers: ["1", "2"] });
    const theirs = add("", ours("a"), { layers: ["1", "2", "9"] });
    const step = (more: Partial<ContainerDetail>) =>
      engine.addContainer({ imageId: stage.id, state: "exited", exitCode: 3, labels: ours(), ...more });
    const failed = step({});
    const stays = [
      step({ state: "running", exitCode: 0 }),
      step({ exitCode: 0 }),
      step({ labels: { ...ours(), "cowork.session": "app-a" } }),
      step({ labels: { ...ours(), "cowork.auth": "x" } }),
      step({ imageId: foreign.id }),
      step({ imageId: theirs.id }),
      step({ labels: { ...ours(), "cowork.home": "other" } }),
    ];
    const used = new Set(["cowork-app:a"]);
    const kept = (): string[] => [...engine.containers.keys()];
    expect(await removeUnusedImages(ctx, used, { dryRun: true })).toEqual([]);
    expect(kept()).toContain(failed.id);
    expect(await removeUnusedImages(ctx, used, { dryRun: false })).toEqual([]);
    expect(kept()).toEqual(stays.map(({ id }) => id));
    // An image that is used only by a failed step is also listed before.
    for (const { id } of stays) engine.containers.delete(id);
    step({});
    expect(await unused(["cowork-app:a"])).toEqual([stage.id]);
    expect((await removeUnusedImages(ctx, used, { dryRun: false })).map(({ ref }) => ref)).toEqual([stage.id]);
    expect(kept()).toEqual([]);
  });
});

function container(image: string, labels: Record<string, string> = {}): void {
  const imageId = [...engine.images.values()].find(({ tags }) => tags.includes(image))?.id ?? "";
  engine.addContainer({ image, imageId, labels });
}

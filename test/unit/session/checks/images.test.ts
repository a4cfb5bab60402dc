import { expect, test } from "vitest";
import { checkLeftovers } from "../../../../src/session/checks/leftovers.ts";
import type { Context } from "../../../../src/system/context.ts";
import { homeId } from "../../../../src/system/home-id.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

test("doctor counts the images of this home's projects, and apart from them those that all homes share", async () => {
  const engine = createFakeEngine();
  const paths = coworkPaths(await temporaryFolder());
  const ctx = { paths, engine, log: () => undefined, clock: { now: () => new Date() } } as unknown as Context;
  const add = (tag: string, labels: Record<string, string>): unknown =>
    engine.addImage({ tags: [tag], labels, layers: [`layer of ${tag}`] });
  const own = { "cowork.home": homeId(paths), "cowork.key": "k" };
  add("cowork-app:1", { ...own, "cowork.project": "app" });
  add("cowork-web:1", { ...own, "cowork.project": "web" });
  add("cowork-template:1", { "cowork.shared": "template" });
  add("cowork-app:2", { "cowork.home": "another", "cowork.key": "k", "cowork.project": "app" });
  const images = (await checkLeftovers(ctx, { fix: false })).find(({ title }) => title === "Shared images");
  expect(images).toMatchObject({ detail: "2 of this home's projects, 1 shared by all homes, 2 unused" });
});

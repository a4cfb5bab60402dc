import { afterEach, beforeEach, expect, test } from "vitest";
import { withMarks } from "../../../src/app/merging/with-marks.ts";
import { markPulled } from "../../../src/merging/cache/mark-pulled.ts";
import { readSummary } from "../../../src/merging/cache/summary.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;

beforeEach(async () => {
  shop = await mergingShop("mkdir src; seq 5 >src/f; seq 5 >g");
});
afterEach(() => shop.end());

const project = () => ({ name: "app", root: shop.project });
const work = (name: string) => readSummary(shop.context, project())?.work?.[`local/app-${name}`];

test("a look tells what the project lacks of each session, until it has it", async () => {
  const folder = await shop.clone(
    "a",
    "echo 6 >>src/f; git commit -qam one; echo 7 >>src/f; git commit -qam two; echo new >n",
  );
  await shop.clone("b", "echo 6 >>g; touch m1 m2");
  await shop.clone("c");
  await shop.look();
  expect(work("a")).toMatchObject({ commits: 2, files: 1, paths: ["n", "src/f"] });
  expect(work("b")).toMatchObject({ commits: 0, files: 3, paths: ["g", "m1", "m2"] });
  expect(work("c")).toMatchObject({ commits: 0, files: 0, paths: [] });
  const [shown] = withMarks(shop.context, [
    sessionView({ id: "app-a", name: "a", project: "app", projectRoot: shop.project, host: "local" }),
  ]);
  expect(shown?.notPulled).toEqual({ commits: 2, files: 1, asOf: work("a")?.asOf });
  // The session is as it was, but the project has its commits.
  await shop.git(shop.project, "fetch", "-q", folder, "a:a");
  await shop.look();
  expect(work("a")).toMatchObject({ commits: 0, files: 1 });
});

test("what was pulled is not counted any more, before the next look", async () => {
  await shop.clone("a", "echo 6 >>src/f; git commit -qam one; echo new >n");
  await shop.look();
  await markPulled(shop.context, project(), { key: "local/app-a", files: false });
  expect(work("a")).toMatchObject({ commits: 0, files: 1 });
  await markPulled(shop.context, project(), { key: "local/app-a", files: true });
  expect(work("a")).toMatchObject({ commits: 0, files: 0, paths: ["n", "src/f"] });
});

test("many paths are listed as folders, and names that hide something not at all", async () => {
  await shop.clone(
    "a",
    "mkdir -p x/y/z x/w; for n in $(seq 60); do touch x/y/z/$n; done; touch x/w/1 \"$(printf 'bad\\001name')\"",
  );
  await shop.look();
  expect(work("a")).toMatchObject({ files: 62, paths: ["x/w/1", "x/y/z/"] });
});

test("commits that only a detached HEAD of the project leads to are the project's", async () => {
  await shop.clone("a");
  await shop.look();
  const folder = await shop.clone("b", "echo 6 >>src/f; git commit -qam one");
  await shop.git(shop.project, "fetch", "-q", folder, "b");
  await shop.git(shop.project, "checkout", "-q", "--detach", "FETCH_HEAD");
  await shop.look();
  expect(work("b")).toMatchObject({ commits: 0, files: 0 });
});

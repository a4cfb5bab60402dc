import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeHoldings } from "../../../src/clone/unsaved/describe.ts";
import { inspectHoldings } from "../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../src/clone/make/make.ts";
import { pullSession } from "../../../src/clone/exchange/pull.ts";
import { savedBy } from "../../../src/clone/unsaved/saved.ts";
import { hasImage } from "../../support/engine/engine.ts";
import { type ContainerWorkshop, containerWorkshop } from "../../support/git/git-container.ts";

const image = "cowork-test-git:lfs";
let workshop: ContainerWorkshop;

beforeAll(async () => {
  workshop = await containerWorkshop("clone-lfs");
  if (await hasImage(image)) return;
  const dockerfile = `FROM ${workshop.image}\nRUN apt-get update && apt-get install -y --no-install-recommends git-lfs\nLABEL cowork.test=base\n`;
  await execa("docker", ["build", "-t", image, "-"], { input: dockerfile, timeout: 300_000 });
});
afterAll(() => workshop.end());

const sum = async (text: string): Promise<string> =>
  (await workshop.sh(workshop.root, `printf '${text}' | sha256sum`)).slice(0, 64);

describe("a project that uses git-lfs", () => {
  it.each(["container", "helper"])(
    "transfers its objects in both directions, including those of the working tree, through a %s",
    async (where) => {
      const project = await workshop.project(where);
      const [big, wip] = [await sum("big"), await sum("wip")];
      await workshop.sh(
        project,
        `printf '*.big filter=lfs diff=lfs merge=lfs -text\n' >.gitattributes; printf 'version https://git-lfs.github.com/spec/v1\noid sha256:${big}\nsize 3\n' >a.big
       git add -A; git commit -qm lfs; d=.git/lfs/objects/$(printf ${big} | cut -c1-2)/$(printf ${big} | cut -c3-4); mkdir -p $d; printf big >$d/${big}`,
      );
      const spec = await workshop.sessionSpec(project, `l-${where}`);
      await makeClone(workshop.context, spec);
      const container = await workshop.start(spec, image);
      const { stdout } = await execa("docker", [
        "exec",
        "-u",
        `${spec.uid}`,
        "-e",
        "HOME=/tmp",
        container,
        "sh",
        "-ec",
        "git lfs checkout >/dev/null; cat a.big; git status --porcelain; printf wip >b.big; printf more >>a.big; git add a.big",
      ]);
      expect(stdout).toBe("big");
      if (where === "helper") await workshop.docker("rm", "-f", container);
      const inside = workshop.inside(spec, where === "container" ? container : undefined, [image]);
      const lines = async (): Promise<string[]> =>
        describeHoldings(await inspectHoldings(inside, savedBy(workshop.context, spec.source)));
      expect(await lines()).toEqual([
        "1 changed file: a.big",
        "1 untracked file: b.big",
        expect.stringContaining("2 git-lfs objects"),
      ]);
      const identity = { name: undefined, email: undefined };
      await pullSession(workshop.context, inside, spec.source, {
        session: "l",
        startBranch: spec.start.branch,
        uncommitted: true,
        identity,
      });
      const store = await workshop.sh(project, "find .git/lfs/objects -type f | sed 's|.*/||'");
      expect(store.split("\n").toSorted()).toEqual([big, wip, await sum("bigmore")].toSorted());
      expect(await workshop.git(project, "show", `${spec.start.branch}-wip:b.big`)).toContain(`oid sha256:${wip}`);
      expect(await lines()).toEqual([]);
      // The pulled commit contains only a pointer, so a missing object must be noticed.
      await workshop.sh(project, `rm -r .git/lfs/objects/${wip.slice(0, 2)}`);
      expect(await lines()).toEqual([`1 git-lfs object not in the project: ${wip.slice(0, 12)}`]);
    },
  );
});

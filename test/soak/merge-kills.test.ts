import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitWorkshop } from "../support/git/git-project.ts";
import { mergeInChild } from "../support/merging/in-child.ts";
import { cloneHere } from "../support/merging/merge-here.ts";

test("a merge that is killed before each of its calls of git leaves the target old or new, and the next one finishes", async () => {
  for (let call = 1; ; call += 1) {
    const shop = await gitWorkshop();
    try {
      const root = await shop.project();
      await shop.git(root, "checkout", "-q", "-b", "elsewhere");
      const here = { ctx: shop.context, env: shop.env, root, clones: join(shop.root, "clones") };
      for (const name of ["a", "b"]) {
        const folder = await cloneHere(here, name);
        await writeFile(join(folder, name), name);
        await shop.sh(folder, "git add -A; git commit -qm work");
      }
      const old = await shop.git(root, "rev-parse", "main");
      const { ctx, ...rest } = here;
      const child = { home: ctx.paths.home, here: rest, user: ctx.user, sessions: ["a", "b"], test: "true" };
      const killed = await mergeInChild({ ...child, killAtCall: call }).then(
        () => false,
        (error: { signal?: string }) => error.signal === "SIGKILL",
      );
      const after = await shop.git(root, "rev-parse", "main");
      const files = await shop.git(root, "ls-tree", "--name-only", after);
      expect(files).toBe(after === old ? "readme" : "a\nb\nreadme");
      await mergeInChild(child);
      expect(await shop.git(root, "ls-tree", "--name-only", "main")).toBe("a\nb\nreadme");
      expect(await shop.git(root, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/elsewhere\nrefs/heads/main");
      if (!killed) return;
    } finally {
      await shop.end();
    }
  }
}, 1_200_000);

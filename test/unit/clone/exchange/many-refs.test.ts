import { afterEach, beforeEach, expect, test } from "vitest";
import { pullSession } from "../../../../src/clone/exchange/pull.ts";
import { gitsAtOnce } from "../../../../src/clone/git/host-git.ts";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { savedBy } from "../../../../src/clone/unsaved/saved.ts";
import type { Context } from "../../../../src/system/context.ts";
import type { RunResult } from "../../../../src/system/process/process.ts";
import { localInside } from "../../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

// A session can have any number of branches: they must not start as many processes on the host.

let shop: GitWorkshop;
beforeEach(async () => {
  shop = await gitWorkshop();
});
afterEach(() => shop.end());

/** A context that counts processes. @param instead answers in place of a process */
function counting(instead: (args: readonly string[], input: string) => RunResult | undefined = () => undefined): {
  ctx: Context;
  most: () => number;
} {
  let [now, most] = [0, 0];
  const run: Context["run"] = async (file, args, options) => {
    const input = typeof options?.input === "string" ? options.input : "";
    now += 1;
    most = Math.max(most, now);
    try {
      return instead(args, input) ?? (await shop.context.run(file, args, options));
    } finally {
      now -= 1;
    }
  };
  return { ctx: { ...shop.context, run }, most: () => most };
}

test("the commits of many branches are counted a few at a time", async () => {
  const spec = await shop.spec(await shop.project(), "a");
  await makeClone(shop.context, spec);
  await shop.sh(spec.path, "for n in $(seq 40); do git branch made-$n; done");
  const { ctx, most } = counting();
  const identity = { name: "Grace", email: "grace@example.org" };
  const options = { session: "a", startBranch: "a", allBranches: true, identity };
  const { refs } = await pullSession(ctx, localInside(spec.path, shop.env), spec.source, options);
  expect(refs.length).toBeGreaterThan(40);
  expect(most()).toBeLessThanOrEqual(gitsAtOnce);
});

test("many objects of which one is broken are looked up a few at a time", async () => {
  const project = await shop.project();
  await shop.sh(project, "for n in $(seq 40); do git commit -q --allow-empty -m $n; done");
  const oids = (await shop.git(project, "log", "--format=%H")).split("\n");
  const broken = { code: 128, stdout: "", stderr: "fatal: bad object" };
  const { ctx, most } = counting((args, input) =>
    args.includes("rev-list") && input.trim().includes("\n") ? broken : undefined,
  );
  const { source } = await shop.spec(project, "a");
  expect((await savedBy(ctx, source, { ask: false }).reachable(oids)).size).toBe(oids.length);
  expect(most()).toBeLessThanOrEqual(gitsAtOnce);
});

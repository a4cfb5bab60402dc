import { chown } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { givePolicyToRoot } from "../../../src/agent/policy-owner.ts";
import { writePolicy } from "../../../src/agent/policy-files.ts";
import type { Agent } from "../../../src/agent/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { createFakeEngine, type FakeEngine } from "../../support/fakes/fake-engine.ts";
import { agentHost } from "../../support/home/agent-context.ts";

const files = { "managed-settings.json": "{}\n", "policy.d/cowork.json": "{}\n" };
const image = async (): Promise<string> => await Promise.resolve("own-image");
let engine: FakeEngine;
let ctx: Context;
let agent: Agent;

/** The policy of session `p-a`, owned by a user that cowork runs as and that is not root. */
beforeEach(async () => {
  engine = createFakeEngine();
  engine.addImage({ tags: ["own-image:latest"] });
  const host = await agentHost({ engine });
  onTestFinished(() => host.end());
  const policy = { target: "/etc/made-up", shared: {}, session: () => files, ownedByRoot: true };
  agent = { ...host.agent, launch: { ...host.agent.launch, policy } };
  const folder = host.ctx.paths.policy("p-a");
  await writePolicy(folder, files);
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? 12_345 : (process.getuid?.() ?? 0);
  if (isRoot) for (const name of Object.keys(files)) await chown(join(folder, name), uid, uid);
  ctx = { ...host.ctx, user: { ...host.ctx.user, uid } };
});

test("where cowork is not root, a container of its own image gives the files to root", async () => {
  expect(await givePolicyToRoot(ctx, agent, "p-a", image)).toEqual([]);
  expect(engine.commands).toEqual([["chown", "0:0", "managed-settings.json", "policy.d/cowork.json"]]);
});

test("nothing is done for an agent that believes every owner, by root, and for files of another owner", async () => {
  const { policy } = agent.launch;
  const other = { ...agent, launch: { ...agent.launch, policy: { ...policy!, ownedByRoot: false } } };
  await givePolicyToRoot(ctx, other, "p-a", image);
  await givePolicyToRoot({ ...ctx, user: { ...ctx.user, uid: 0 } }, agent, "p-a", image);
  await givePolicyToRoot({ ...ctx, user: { ...ctx.user, uid: 54_321 } }, agent, "p-a", image);
  expect(engine.commands).toEqual([]);
});

test("a container that cannot do it is a note, and the session works without it", async () => {
  const away = async (): Promise<string> => await Promise.resolve("no-image");
  expect(await givePolicyToRoot(ctx, agent, "p-a", away)).toEqual([
    expect.stringContaining("does not report what it does"),
  ]);
});

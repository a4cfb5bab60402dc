import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { completeAgent, type AgentPlace } from "../../../src/agent/inside.ts";
import { rememberImage } from "../../../src/agent/image-memory.ts";
import { readLaunchVersion, writeLaunchFile } from "../../../src/agent/launch-file.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { createFakeEngine, type FakeEngine } from "../../support/fakes/fake-engine.ts";

let answer: string;
let engine: FakeEngine;
let host: AgentHost;
beforeEach(async () => {
  answer = "x86_64 yes\n";
  engine = createFakeEngine({ program: async () => ({ code: 0, stdout: answer }) });
  host = await agentHost({ engine });
});
afterEach(async () => await host.end());

const complete = async (more: Partial<AgentPlace> = {}): Promise<string[]> => {
  const { id } = engine.addContainer({});
  const image = { id: "sha256:1", isUntouched: true };
  return await completeAgent(host.ctx, host.agent, { id, name: "a", session: "app-a", remoteUid: 0, image, ...more });
};
const asked = (): number => engine.commands.length;
const file = (): string => host.ctx.paths.remembered("images");

test("only the first container of an image is asked; a container of another image is asked again", async () => {
  expect([await complete(), await complete(), asked()]).toEqual([[], [], 1]);
  await complete({ image: { id: "sha256:2", isUntouched: true } });
  await complete();
  expect(asked()).toBe(2);
});

test("a container whose image is unknown is always asked", async () => {
  const unknown: AgentPlace = { id: engine.addContainer({}).id, name: "a", session: "app-a", remoteUid: 0 };
  await completeAgent(host.ctx, host.agent, unknown);
  await completeAgent(host.ctx, host.agent, unknown);
  expect(asked()).toBe(2);
});

test.each([
  ["no setpriv for root", "x86_64 no\n", "no setpriv to change to uid"],
  ["a processor without the agent", "riscv64 yes\n", "for this container's processor"],
  ["nothing", "", "for this container's processor"],
])("what an image lacks may be installed inside, so every container is asked: %s", async (_, wanting, note) => {
  answer = wanting;
  expect((await complete()).join("\n")).toContain(note);
  expect((await complete()).join("\n")).toContain(note);
  expect(asked()).toBe(2);
});

test("what was installed in one container is not assumed for other containers of its image", async () => {
  answer = "x86_64 no\n";
  expect((await complete())[0]).toContain("no setpriv");
  answer = "x86_64 yes\n";
  expect(await complete({ image: { id: "sha256:1", isUntouched: false } })).toEqual([]);
  answer = "x86_64 no\n";
  expect((await complete())[0]).toContain("no setpriv");
});

test("an ordinary user needs no setpriv, so containers are not asked for it again", async () => {
  answer = "x86_64 no -musl\n";
  const remoteUid = 1000;
  expect([await complete({ remoteUid }), await complete({ remoteUid }), asked()]).toEqual([[], [], 1]);
});

test.each([
  ["invalid JSON", "half of"],
  ["JSON of the wrong type", "[1]"],
  ["nothing", "null"],
  ["no text", JSON.stringify({ depends: "cowork 0.0.0-source", value: { "sha256:1": 1 } })],
  ["an unexpected text", JSON.stringify({ depends: "cowork 0.0.0-source", value: { "sha256:1": "odd" } })],
  ["answers to another version", JSON.stringify({ depends: "cowork 0.0.1", value: { "sha256:1": "x86_64 yes" } })],
])("a cache that holds %s is replaced", async (_, content) => {
  await mkdir(dirname(file()), { recursive: true });
  await writeFile(file(), content);
  expect([await complete(), await complete(), asked()]).toEqual([[], [], 1]);
});

test("a cache that cannot be written does not cause an error", async () => {
  await mkdir(file(), { recursive: true });
  expect([await complete(), await complete(), asked()]).toEqual([[], [], 2]);
});

test("the size of the cache is limited: the newest entries stay", async () => {
  for (let n = 0; n < 60; n++) await rememberImage(host.ctx, `sha256:${n}`, "x86_64 yes");
  await rememberImage(host.ctx, "sha256:59", "x86_64 yes");
  const { value: images } = JSON.parse(await readFile(file(), "utf8")) as { value: Record<string, string> };
  expect(Object.keys(images)).toHaveLength(50);
  expect(Object.keys(images)).toContain("sha256:10");
  expect(Object.keys(images).at(-1)).toBe("sha256:59");
});

test("the launcher's version is the one written for it", async () => {
  const { ctx, agent } = host;
  expect(await readLaunchVersion(ctx, agent, "app-a")).toBeUndefined();
  expect(await writeLaunchFile(ctx, agent, "app-a", "2.1.0-rc.1")).toBe(true);
  expect(await writeLaunchFile(ctx, agent, "app-a", "2.1.0-rc.1")).toBe(false);
  expect(await readLaunchVersion(ctx, agent, "app-a")).toBe("2.1.0-rc.1");
});

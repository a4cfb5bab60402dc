import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { engineContract } from "../../support/engine/engine-contract.ts";
import { createFakeEngine, type FakeProgram } from "../../support/fakes/fake-engine.ts";

/** Runs the command here: the commands of the contract are harmless. */
const runHere: FakeProgram = async ({ spec, input, signal }) => {
  const [file, ...args] = spec.command;
  const child = spawn(file, args, { signal });
  child.on("error", () => undefined);
  // the command may end without reading its input
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, "close") as Promise<[number]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
};

describe("the fake engine, by the engine contract", () => {
  engineContract(async () => {
    const engine = createFakeEngine({ program: runHere });
    const image = engine.addImage({ tags: ["some:1"] });
    let made = 0;
    return {
      engine,
      image: "some:1",
      addContainer: async (labels) => engine.addContainer({ labels, image: "some:1", imageId: image.id }).id,
      addVolume: async (labels, usedBy) => {
        const name = `volume-${++made}`;
        engine.volumes.set(name, { labels, inUse: usedBy !== undefined });
        if (usedBy !== undefined) {
          const mount = { type: "volume", name, source: `/volumes/${name}`, destination: "/data", writable: true };
          engine.addContainer({ labels: usedBy, image: "some:1", imageId: image.id, mounts: [mount] });
        }
        return name;
      },
      addNetwork: async (labels, usedBy) => {
        const id = `network-${++made}`;
        engine.networks.set(id, { name: id, labels, inUse: usedBy !== undefined });
        return id;
      },
    };
  });
});

describe("the fake engine", () => {
  test("can be unreachable", async () => {
    const engine = createFakeEngine();
    engine.reachable = false;
    await expect(engine.listContainers({})).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE", exitCode: 4 });
  });
});

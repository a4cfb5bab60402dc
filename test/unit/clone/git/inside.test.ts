import { expect, test } from "vitest";
import { gitInside } from "../../../../src/clone/git/inside.ts";
import type { ContainerDetail } from "../../../../src/engine/types.ts";
import { createFakeEngine, type FakeProgram } from "../../../support/fakes/fake-engine.ts";
import { realContext } from "../../../support/home/real-context.ts";

/** Runs a script in a container that ends it in this way. @returns where the result comes from */
async function run(code: number, during: (container: ContainerDetail) => void): Promise<string> {
  const program: FakeProgram = async ({ container }) => {
    if (container === undefined) return { code: 0, stdout: "helper" };
    during(container);
    return { code, stdout: "container" };
  };
  const engine = createFakeEngine({ program });
  engine.addImage({ tags: ["image:latest"] });
  const mount = { type: "bind", source: "/clone", destination: "/workspaces/here", writable: true };
  const { id } = engine.addContainer({ state: "running", startedAt: "1", mounts: [mount] });
  const inside = gitInside(realContext("/nonexistent", { engine }), {
    clone: "/clone",
    uid: 1000,
    gid: 1000,
    containerId: id,
    images: ["image"],
    labels: {},
  });
  return (await inside.script("git status")).stdout;
}

const nothing = (): void => undefined;

test("a script that a stop of the session ended runs again in a helper container", async () => {
  // `cowork stop` first ends the programs inside, and the container later.
  expect(await run(143, nothing)).toBe("helper");
  expect(await run(137, (container) => Object.assign(container, { state: "exited" }))).toBe("helper");
  // The stop ended git, and the script went on for a moment.
  expect(await run(94, (container) => Object.assign(container, { state: "exited" }))).toBe("helper");
  expect(await run(94, (container) => Object.assign(container, { startedAt: "2" }))).toBe("helper");
});

test("a script that failed by itself is not repeated", async () => {
  expect(await run(94, nothing)).toBe("container");
  expect(await run(0, (container) => Object.assign(container, { state: "exited" }))).toBe("container");
});

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasLifecycle } from "../../../../src/devcontainer/lifecycle.ts";
import type { JsonObject } from "../../../../src/devcontainer/types.ts";
import type { LoadedCli } from "../../../../src/devcontainer/cli/cli.ts";
import { rotateLog } from "../../../../src/devcontainer/cli/up-log.ts";
import { planUpArgs, readUpResult, up, type UpRequest } from "../../../../src/devcontainer/cli/up.ts";
import { CoworkError } from "../../../../src/errors.ts";
import { connectContext } from "../../../support/connect-context.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const request: UpRequest = {
  id: "app-a",
  name: "a",
  overrideConfigPath: "/state/devcontainer.json",
  clone: "/home/u/app-a",
  configPath: ".devcontainer/py/devcontainer.json",
  labels: { "cowork.session": "app-a" },
  ownContainers: () => Promise.resolve([]),
};

describe("the call of up", () => {
  const labels = (args: readonly string[]): string[] => args.filter((_, index) => args[index - 1] === "--id-label");

  test("passes the default labels as well as ours", () => {
    expect(labels(planUpArgs(request, "/data"))).toEqual([
      "devcontainer.local_folder=/home/u/app-a",
      "devcontainer.config_file=/home/u/app-a/.devcontainer/py/devcontainer.json",
      "cowork.session=app-a",
    ]);
  });

  test("names the path where a config would be if there is none", () => {
    expect(labels(planUpArgs({ ...request, configPath: undefined }, "/data"))[1]).toMatch(
      /\/app-a\/\.devcontainer\/devcontainer\.json$/,
    );
  });

  test("is refused with a label on which it would hang forever", () => {
    expect(() => planUpArgs({ ...request, clone: "/a=b" }, "/data")).toThrow('must not contain "="');
  });
});

describe("what up does not have to do", () => {
  test("asks for buildx only if Compose may build", () => {
    expect(planUpArgs(request, "/data").join(" ")).toContain("--buildkit never");
    expect(planUpArgs({ ...request, composeProject: "x" }, "/data")).not.toContain("--buildkit");
  });

  test("skips lifecycle commands if there are none", () => {
    expect(planUpArgs({ ...request, lifecycle: false }, "/data")).toContain("--skip-post-create");
    for (const one of [request, { ...request, lifecycle: true }])
      expect(planUpArgs(one, "/data")).not.toContain("--skip-post-create");
  });

  test.each<[boolean, JsonObject[]]>([
    [false, [{ image: "x" }, { customizations: {} }]],
    [true, [{ image: "x" }, { postStartCommand: "true" }]],
    [true, [{ onCreateCommand: [] }]],
  ])("there is a lifecycle command: %s", (is, configs) => {
    expect(hasLifecycle(configs)).toBe(is);
  });
});

describe("the result of up", () => {
  const result = { containerId: "1", remoteUser: "dev", remoteWorkspaceFolder: "/workspaces/app-a" };

  test("has what programs in the container need", () => {
    const mergedConfiguration = { remoteEnv: { A: "1", UNSET: null } };
    expect(readUpResult({ ...result, composeProjectName: "p", mergedConfiguration })).toEqual({
      containerId: "1",
      remoteUser: "dev",
      workspaceFolder: "/workspaces/app-a",
      composeProject: "p",
      remoteEnv: { A: "1" },
    });
  });

  test("cannot be parsed without a container", () => {
    expect(readUpResult({ ...result, containerId: null })).toBeUndefined();
  });
});

test("logs are rotated, and no more than five are kept", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "up.log");
  await rotateLog(path);
  for (let n = 1; n <= 8; n += 1) {
    await writeFile(path, String(n));
    await rotateLog(path);
  }
  await writeFile(path, "9");
  expect((await readdir(folder)).toSorted()).toEqual(["up.log", "up.log.1", "up.log.2", "up.log.3", "up.log.4"]);
  expect(await readFile(`${path}.1`, "utf8")).toBe("8");
  expect(await readFile(`${path}.4`, "utf8")).toBe("5");
});

/** A CLI that fails. */
function loaded(fail: () => Error): LoadedCli {
  return { run: () => Promise.reject(fail()), [Symbol.asyncDispose]: () => Promise.resolve() };
}

test("a refused start is the reported reason, not that the container is stopped", async () => {
  const engine = createFakeEngine();
  const ctx = connectContext(await temporaryFolder(), { engine });
  await mkdir(ctx.paths.state("app-a"), { recursive: true });
  engine.addContainer({ state: "exited", labels: { ...request.labels, "devcontainer.local_folder": "/clone" } });
  const reason = new CoworkError("UP_FAILED", "a mounts sub, which is a link.");
  const beforeStart = (): Promise<void> => Promise.reject(reason);
  await expect(
    up(
      ctx,
      { ...request, beforeStart },
      loaded(() => new Error("must not run")),
    ),
  ).rejects.toBe(reason);
});

test("a failed `up` removes what it has made, and nothing that existed before or only has the labels", async () => {
  const engine = createFakeEngine();
  const mounts = [{ type: "bind", source: request.clone, destination: "/w", writable: true }];
  const add = (name: string, own: boolean): string =>
    engine.addContainer({ name, labels: request.labels, mounts: own ? mounts : [] }).id;
  const old = add("db", true);
  let foreign = "";
  const ownContainers: UpRequest["ownContainers"] = async () =>
    (await engine.listContainers(request.labels)).filter((one) => one.mounts.length > 0);
  const cli = loaded(() => {
    foreign = add("foreign", false);
    add("made", true);
    return new CoworkError("UP_FAILED", "no");
  });
  const ctx = connectContext(await temporaryFolder(), { engine });
  await mkdir(ctx.paths.state("app-a"), { recursive: true });
  await expect(up(ctx, { ...request, ownContainers }, cli)).rejects.toThrow("no");
  expect([...engine.containers.keys()]).toEqual([old, foreign]);
});

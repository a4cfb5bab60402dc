import { describe, expect, onTestFinished, test } from "vitest";
import { cloneName, treeRoot } from "../../../src/devcontainer/compose/tree-root.ts";
import { linkPath, lockfilePath, readInputs } from "../../../src/devcontainer/image/image-key.ts";
import {
  imageConfig,
  localFeatures,
  originOf,
  type ImageRequest,
} from "../../../src/devcontainer/image/image-request.ts";
import { expandLocalEnv, localEnvOf } from "../../../src/devcontainer/source/local-env.ts";
import type { ComposePlan, DevcontainerPlan, JsonObject } from "../../../src/devcontainer/types.ts";
import { emptyPlan } from "../../support/fakes/empty-plan.ts";
import { createFakeEngine } from "../../support/fakes/fake-engine.ts";
import { imageContext } from "../../support/engine/image-context.ts";
import { memorySource } from "../../support/engine/memory-source.ts";

const compose: ComposePlan = { files: [], program: "docker-compose", service: "app", canonical: {}, builds: [] };
const files = {
  ".devcontainer/Dockerfile": "FROM debian\nCOPY a /a\n",
  ".devcontainer/f/install.sh": "echo 1",
  ".devcontainer/devcontainer-lock.json": "{}",
  a: "1",
};

function request(plan: Partial<DevcontainerPlan>, tree: Record<string, string> = files): ImageRequest {
  return {
    plan: { ...emptyPlan, ...plan },
    source: memorySource(tree),
    project: { name: "app", folder: "App" },
    settings: { baseImage: undefined, caCerts: "none" },
  };
}

const dockerfile: Partial<DevcontainerPlan> = {
  kind: "dockerfile",
  build: { context: "", dockerfile: ".devcontainer/Dockerfile" },
};

async function hashOf(what: ImageRequest, env: Record<string, string> = {}, pem?: string): Promise<string> {
  const { ctx, end } = await imageContext({ engine: createFakeEngine(), env });
  onTestFinished(end);
  const origin = originOf(what, env);
  if (origin.kind === "template") throw new Error("no inputs");
  return (await readInputs({ ...ctx, paths: { ...ctx.paths, pathHash: "home" } }, what, origin, pem)).hash;
}

describe("the origin of an image", () => {
  test.each<[string, Partial<DevcontainerPlan>, object]>([
    ["the template", { kind: "template", path: null }, { kind: "template" }],
    ["an image", { config: { image: "debian:${localEnv:V:12}" } }, { kind: "image", image: "debian:12" }],
    [
      "a Dockerfile",
      { ...dockerfile, config: { build: { args: { A: "${localEnv:V}x" } } } },
      { kind: "dockerfile", args: { A: "x" } },
    ],
    [
      "a service's image",
      { kind: "compose", compose: { ...compose, image: "redis" } },
      { kind: "image", image: "redis" },
    ],
    [
      "a service's build",
      {
        kind: "compose",
        compose: { ...compose, builds: [{ service: "app", context: "", dockerfile: "D", args: { A: "1" } }] },
      },
      { kind: "dockerfile", args: { A: "1" } },
    ],
  ])("%s", (_, plan, expected) => {
    expect(originOf(request(plan), {})).toMatchObject(expected);
  });

  test.each<Partial<DevcontainerPlan>>([{}, { config: { image: "a\nRUN evil" } }, { kind: "compose", compose }])(
    "is refused if it names nothing usable: %j",
    (plan) => {
      expect(() => originOf(request(plan), {})).toThrow(expect.objectContaining({ code: "DEVCONTAINER_INVALID" }));
    },
  );
});

describe("the key", () => {
  test("is the same for the same inputs", async () => {
    expect(await hashOf(request(dockerfile))).toBe(await hashOf(request(dockerfile)));
  });

  const features: JsonObject = { "./f": { x: "1" } };
  test.each<[string, Partial<DevcontainerPlan>, Record<string, string>]>([
    ["a file of the context", {}, { ...files, a: "2" }],
    ["the Dockerfile", {}, { ...files, ".devcontainer/Dockerfile": "FROM debian\n" }],
    ["a local feature", { config: { features } }, { ...files, ".devcontainer/f/install.sh": "echo 2" }],
    ["a feature's option", { config: { features: { "./f": { x: "2" } } } }, files],
    ["the user", { config: { features, remoteUser: "joe" } }, files],
    ["the stage", { build: { context: "", dockerfile: ".devcontainer/Dockerfile", target: "0" } }, files],
    ["a build argument", { config: { features, build: { args: { A: "1" } } } }, files],
    ["a lock file", { hasLockfile: true, config: { features } }, files],
  ])("changes with %s", async (_, plan, tree) => {
    const before = await hashOf(request({ ...dockerfile, config: { features } }));
    expect(await hashOf(request({ ...dockerfile, config: { features }, ...plan }, tree))).not.toBe(before);
  });

  test("changes with a variable of the host that it names, and with no other", async () => {
    const named = request({ ...dockerfile, config: { remoteUser: "${localEnv:WHO}" } });
    expect(await hashOf(named, { WHO: "a" })).not.toBe(await hashOf(named, { WHO: "b" }));
    expect(await hashOf(named, { WHO: "a", OTHER: "1" })).toBe(await hashOf(named, { WHO: "a", OTHER: "2" }));
  });

  test("changes with the host's authorities", async () => {
    expect(await hashOf(request(dockerfile), {}, "pem")).not.toBe(await hashOf(request(dockerfile)));
  });

  test("does not change with properties that only affect containers", async () => {
    const config = { postCreateCommand: "x", mounts: [], containerEnv: { A: "1" }, customizations: { vscode: {} } };
    expect(await hashOf(request({ ...dockerfile, config }))).toBe(await hashOf(request(dockerfile)));
  });

  test("does not depend on the context if only an image is named", async () => {
    const plan = { config: { image: "debian" } };
    expect(await hashOf(request(plan, { a: "1" }))).toBe(await hashOf(request(plan, { a: "2" })));
  });
});

test("a missing Dockerfile is reported by name", async () => {
  await expect(hashOf(request(dockerfile, {}))).rejects.toThrow(".devcontainer/Dockerfile");
});

test("local features are found next to the config", () => {
  const config = { features: { "./b": {}, "../a": {}, "ghcr.io/x/y:1": {} } };
  expect(localFeatures({ path: ".devcontainer/py/devcontainer.json", config })).toEqual([
    ".devcontainer/a",
    ".devcontainer/py/b",
  ]);
});

test("a service's user is used if the config names none", () => {
  expect(imageConfig({ config: {}, compose: { ...compose, user: "node" } })).toEqual({ containerUser: "node" });
  expect(imageConfig({ config: { containerUser: "a" }, compose: { ...compose, user: "node" } })).toEqual({
    containerUser: "a",
  });
});

test("-u in runArgs is the container's user, and overrides containerUser, as in docker", () => {
  const user = (config: JsonObject) => imageConfig({ config })["containerUser"];
  expect(user({ runArgs: ["-u", "node"] })).toBe("node");
  expect(user({ runArgs: ["--init", "-itunode"] })).toBe("node");
  expect(user({ runArgs: ["--user=a", "--user", "1000:1000"], containerUser: "b" })).toBe("1000:1000");
  expect(user({ runArgs: ["--label", "-u", "--user="], containerUser: "b" })).toBe("b");
  expect(user({ runArgs: ["--label", "--user=x"] })).toBeUndefined();
  expect(imageConfig({ config: { runArgs: ["-u", "a"] }, compose })).toEqual({});
});

test("lock files are next to their config", () => {
  expect(lockfilePath(".devcontainer/devcontainer.json")).toBe(".devcontainer/devcontainer-lock.json");
  expect(lockfilePath(".devcontainer.json")).toBe(".devcontainer-lock.json");
});

describe("the link to the workspace", () => {
  const link = (config: JsonObject, canonical?: JsonObject): string | undefined =>
    linkPath({
      project: { name: "app", folder: "app (1)" },
      plan: { ...emptyPlan, config, ...(canonical === undefined ? {} : { compose: { ...compose, canonical } }) },
    });

  test("has the project folder's name if the clone is mounted somewhere else", () => {
    expect(link({ workspaceMount: "source=x,target=/w,type=bind" })).toBe("/workspaces/app (1)");
    expect(link({ workspaceFolder: "/workspaces/app (1)-more" })).toBe("/workspaces/app (1)");
    expect(link({}, { services: { app: { volumes: [`${treeRoot}:/w`] } } })).toBe("/workspaces/app (1)");
  });

  test.each<[JsonObject, JsonObject | undefined]>([
    [{}, undefined],
    [{ workspaceFolder: "/workspaces/app (1)" }, undefined],
    [{ runArgs: ["-v", "x:/workspaces/app (1)/y"], workspaceMount: "source=x,target=/w,type=bind" }, undefined],
    [{ workspaceMount: "source=x,target=/workspaces/${localWorkspaceFolderBasename},type=bind" }, undefined],
    [{ workspaceMount: "source=x,target=/workspaces/app (1),type=bind" }, undefined],
    [{ mounts: [{ type: "volume", target: "/workspaces/app (1)/node_modules" }] }, undefined],
    [{}, { services: { app: { volumes: ["/clone:/workspaces/app (1):cached"] } } }],
    [{}, { services: { app: { volumes: [`${treeRoot}:/workspaces/${cloneName}`] } } }],
  ])("is not made if the session mounts something there: %j %j", (config, canonical) => {
    expect(link(config, canonical)).toBeUndefined();
  });
});

test("variables of the host are replaced as the CLI does", () => {
  const env = { A: "1", EMPTY: "" };
  expect(expandLocalEnv("${localEnv:A} ${env:A} ${localEnv:B:x y}", env)).toBe("1 1 x y");
  expect(expandLocalEnv("<${localEnv:B}> <${localEnv:EMPTY:z}>", env)).toBe("<> <>");
  expect(expandLocalEnv("${containerEnv:A} ${localWorkspaceFolder}", env)).toBe(
    "${containerEnv:A} ${localWorkspaceFolder}",
  );
  expect(localEnvOf(["${localEnv:B}", { x: "${env:A:1}" }], env)).toEqual({ A: "1", B: "" });
});

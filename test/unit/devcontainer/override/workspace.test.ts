import { describe, expect, test } from "vitest";
import { cloneName, treeRoot } from "../../../../src/devcontainer/compose/tree-root.ts";
import { planOverride } from "../../../../src/devcontainer/override/override.ts";
import type { DevcontainerPlan, Json, JsonObject } from "../../../../src/devcontainer/types.ts";
import { planWorkspace, sessionFolder } from "../../../../src/devcontainer/override/workspace.ts";
import { emptyPlan } from "../../../support/fakes/empty-plan.ts";

const imagePlan = (config: JsonObject, subfolder?: string): DevcontainerPlan => ({
  ...emptyPlan,
  kind: "image",
  config,
  ...(subfolder === undefined ? {} : { subfolder }),
});
const composePlan = (workspaceFolder: string | undefined, volumes: Json[]): DevcontainerPlan => ({
  ...emptyPlan,
  kind: "compose",
  config: workspaceFolder === undefined ? {} : { workspaceFolder },
  compose: {
    files: [],
    program: "docker compose",
    service: "app",
    canonical: { services: { app: { volumes }, other: { volumes: [`${treeRoot}:/other`] } } },
    builds: [],
  },
});

/** The override of a session of a project in the folder `shop`. */
function made(plan: DevcontainerPlan, more: { folder?: string; formerPlace?: string } = {}) {
  const { folder = "shop", formerPlace } = more;
  const override = planOverride({
    plan,
    image: { ref: "i", metadata: [], remoteUser: "root" },
    mounts: {
      id: "shop-one",
      name: "one",
      project: "shop",
      folder,
      labels: {},
      clone: "/h/shop-one",
      beside: "/h/beside",
      launchers: "/l",
      container: "/c",
    },
    composeProject: "p",
    settings: { cpus: undefined, memory: undefined },
    composeFile: "/compose.yml",
    ...(formerPlace === undefined ? {} : { formerPlace }),
  });
  const { workspaceFolder, workspaceMount, mounts } = override.config;
  const services = override.compose?.["services"] as { app: { volumes: Json[] } } | undefined;
  return { workspaceFolder, workspaceMount, mounts, volumes: services?.app.volumes.slice(0, -2) };
}

const at = (target: string): string => `type=bind,source=/h/shop-one,target=${target}`;

describe("the clone is mounted where plain `devcontainer up` mounts the project", () => {
  test.each<[JsonObject, string, string]>([
    [{}, "/workspaces/shop", "/workspaces/shop"],
    [{ workspaceFolder: "/workspaces/shop" }, "/workspaces/shop", "/workspaces/shop"],
    [{ workspaceFolder: "/workspaces/shop/web/" }, "/workspaces/shop/web/", "/workspaces/shop"],
    [{ workspaceFolder: "/workspaces/${localWorkspaceFolderBasename}/a" }, "/workspaces/shop/a", "/workspaces/shop"],
    // hard-coded under another name than that of this checkout
    [{ workspaceFolder: "/workspaces/mall/web" }, "/workspaces/mall/web", "/workspaces/mall"],
    [{ workspaceFolder: "/app" }, "/app", "/workspaces/shop"],
    [{ workspaceFolder: "/workspaces" }, "/workspaces", "/workspaces/shop"],
    [{ workspaceFolder: "/workspaces/${localEnv:X}" }, "/workspaces/${localEnv:X}", "/workspaces/shop"],
    // a mount of the project is at that path
    [
      { workspaceFolder: "/workspaces/data/x", mounts: ["source=d,target=/workspaces/data,type=volume"] },
      "/workspaces/data/x",
      "/workspaces/shop",
    ],
    [{ workspaceFolder: "/workspaces/d", runArgs: ["-v", "d:/workspaces/d"] }, "/workspaces/d", "/workspaces/shop"],
    [
      { workspaceFolder: "/workspaces/d", runArgs: ["--mount=type=volume,source=d,target=/workspaces/d"] },
      "/workspaces/d",
      "/workspaces/shop",
    ],
  ])("%j", (config, folder, mount) => {
    expect(made(imagePlan({ image: "i", ...config }))).toMatchObject({
      workspaceFolder: folder,
      workspaceMount: at(mount),
    });
  });

  test("with volumes below it", () => {
    const mounts = ["source=nm-${devcontainerId},target=/workspaces/shop/node_modules,type=volume"];
    const { workspaceMount, mounts: all } = made(imagePlan({ image: "i", mounts }));
    expect(workspaceMount).toBe(at("/workspaces/shop"));
    expect((all as string[])[0]).toContain("target=/workspaces/shop/node_modules");
  });

  test("a configuration for a subfolder starts in that subfolder, as when it is opened alone", () => {
    expect(made(imagePlan({ image: "i" }, "packages/backend"))).toMatchObject({
      workspaceFolder: "/workspaces/shop/packages/backend",
      workspaceMount: at("/workspaces/shop"),
    });
  });

  test("a name that is not valid in a mount is replaced by a valid one", () => {
    expect(made(imagePlan({}), { folder: "a,b:$c" }).workspaceMount).toBe(at("/workspaces/a-b--c"));
  });
});

test("the project's workspaceMount is kept, with the folder's name as in plain `devcontainer up`", () => {
  const named = {
    workspaceMount: "source=${localWorkspaceFolder},target=/w/${localWorkspaceFolderBasename},type=bind",
    workspaceFolder: "/w/${localWorkspaceFolderBasename}",
  };
  expect(made(imagePlan(named))).toMatchObject({
    workspaceMount: "source=${localWorkspaceFolder},target=/w/shop,type=bind",
    workspaceFolder: "/w/shop",
  });
  expect(made(imagePlan({ workspaceMount: "" }))).toMatchObject({
    workspaceMount: "",
    workspaceFolder: "/workspaces/shop",
  });
  expect(planWorkspace(imagePlan(named), "shop").clone).toBe("/w/shop");
});

test("the variable for the folder's name is replaced in all texts", () => {
  const config = {
    image: "i",
    containerEnv: { NAME: "${localWorkspaceFolderBasename}" },
    runArgs: ["--hostname=${localWorkspaceFolderBasename}"],
    mounts: ["source=${localWorkspaceFolderBasename}-nm,target=/workspaces/${localWorkspaceFolderBasename}/nm"],
  };
  expect(made(imagePlan(config)).mounts).toContain("type=volume,source=p_shop-nm,target=/workspaces/shop/nm");
});

describe("Compose", () => {
  test.each<[string | undefined, string, string, string]>([
    // the official templates
    [
      "/workspaces/${localWorkspaceFolderBasename}",
      `${treeRoot}:/workspaces/${cloneName}:cached`,
      "/workspaces/shop",
      "/h/shop-one:/workspaces/shop:cached",
    ],
    [
      "/workspaces/shop",
      `${treeRoot}:/workspaces/${cloneName}:cached`,
      "/workspaces/shop",
      "/h/shop-one:/workspaces/shop:cached",
    ],
    [
      "/workspaces/shop/web",
      `${treeRoot}:/workspaces/${cloneName}`,
      "/workspaces/shop/web",
      "/h/shop-one:/workspaces/shop",
    ],
    [
      "/workspaces/mall/web",
      `${treeRoot}:/workspaces/${cloneName}`,
      "/workspaces/mall/web",
      "/h/shop-one:/workspaces/mall",
    ],
    ["/src/mall", `${treeRoot}:/src/${cloneName}`, "/src/mall", "/h/shop-one:/src/mall"],
    ["/app", `${treeRoot}:/workspaces/${cloneName}`, "/app", "/h/shop-one:/workspaces/shop"],
    // mastodon: independent of the checkout's name
    [
      "/workspaces/${localWorkspaceFolderBasename}",
      `${treeRoot}:/workspaces/shop:cached`,
      "/workspaces/shop",
      "/h/shop-one:/workspaces/shop:cached",
    ],
    [
      "/workspaces/${localWorkspaceFolderBasename}",
      `${treeRoot}:/workspaces/mall/`,
      "/workspaces/mall",
      "/h/shop-one:/workspaces/mall/",
    ],
    [
      "/workspaces/${localWorkspaceFolderBasename}",
      "data:/workspaces/shop",
      "/workspaces/shop",
      "data:/workspaces/shop",
    ],
    ["/workspaces/other", `${treeRoot}:/workspaces/mall`, "/workspaces/other", "/h/shop-one:/workspaces/mall"],
    [undefined, `${treeRoot}:/w`, "/", "/h/shop-one:/w"],
  ])("%s with %j", (workspaceFolder, volume, folder, mounted) => {
    const plan = composePlan(workspaceFolder, [volume]);
    expect(made(plan)).toEqual({
      workspaceFolder: folder,
      workspaceMount: undefined,
      mounts: undefined,
      volumes: [mounted],
    });
  });

  test("the clone's path in the container is known", () => {
    const where = (folder: string, volume: Json): string | undefined =>
      planWorkspace(composePlan(folder, [volume]), "shop").clone;
    expect(where("/w", { type: "bind", source: treeRoot, target: "/w/" })).toBe("/w");
    expect(where("/workspaces/mall", `${treeRoot}:/workspaces/${cloneName}`)).toBe("/workspaces/mall");
    expect(where("/w", "data:/w")).toBeUndefined();
  });
});

describe("a session whose clone was at /workspaces/{id} before", () => {
  const formerPlace = "/workspaces/shop-one";

  test("keeps that path, and has the usual one as well", () => {
    const { workspaceFolder, workspaceMount, mounts } = made(imagePlan({ image: "i" }), { formerPlace });
    expect([workspaceFolder, workspaceMount]).toEqual([formerPlace, at("/workspaces/shop")]);
    expect(mounts).toContain(at(formerPlace));
  });

  test("starts in the folder of its configuration", () => {
    const plan = imagePlan({ image: "i", workspaceFolder: "/workspaces/shop" });
    expect(made(plan, { formerPlace }).workspaceFolder).toBe("/workspaces/shop");
    expect(sessionFolder(plan, planWorkspace(plan, "shop"), formerPlace)).toBe("/workspaces/shop");
  });
});

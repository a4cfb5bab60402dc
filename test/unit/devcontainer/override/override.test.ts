import { describe, expect, test } from "vitest";
import { planOverride } from "../../../../src/devcontainer/override/override.ts";
import type { OverrideRequest, DevcontainerPlan, JsonObject } from "../../../../src/devcontainer/types.ts";
import { mountText, parseMount } from "../../../../src/devcontainer/override/mount-text.ts";
import { rewriteConfig } from "../../../../src/devcontainer/override/rewrite.ts";
import { emptyPlan } from "../../../support/fakes/empty-plan.ts";

const own = {
  composeProject: "cowork-0123456789ab",
  labels: { "cowork.session": "app-a" },
  beside: "/h/state/app-a/beside",
};

const plan = (config: JsonObject): DevcontainerPlan => ({ ...emptyPlan, path: ".devcontainer.json", config });

const request = (config: JsonObject, more: Partial<OverrideRequest> = {}): OverrideRequest => ({
  plan: plan(config),
  image: { ref: "cowork-app:key", metadata: [], remoteUser: "vscode" },
  mounts: {
    id: "app-a",
    name: "a",
    project: "app",
    folder: "App",
    labels: own.labels,
    clone: "/h/sessions/app-a",
    beside: "/h/state/app-a/beside",
    launchers: "/h/lib/container/1",
    container: "/h/state/app-a/container",
  },
  composeProject: own.composeProject,
  settings: { cpus: undefined, memory: undefined },
  ...more,
});

describe("planOverride", () => {
  test("keeps the project's properties as written, and removes what cowork or the image implements", () => {
    const config = {
      name: "x",
      image: "debian",
      build: { dockerfile: "D" },
      dockerFile: "D",
      context: "..",
      features: { "./f": {} },
      overrideFeatureInstallOrder: ["f"],
      initializeCommand: "rm -rf /",
      postCreateCommand: "echo ${containerWorkspaceFolder} ${localEnv:HOME}",
      workspaceMount: "source=${localWorkspaceFolder},target=/w,type=bind",
      workspaceFolder: "/w",
      remoteEnv: { PATH: "${containerEnv:PATH}:/x" },
      remoteUser: "vscode",
      unheard: { of: ["${devcontainerId}"] },
    };
    const { name, postCreateCommand, workspaceMount, workspaceFolder, remoteEnv, remoteUser, unheard } = config;
    const { config: override, compose } = planOverride(request(config));
    expect(compose).toBeUndefined();
    expect(override).toEqual({
      name,
      postCreateCommand,
      workspaceMount,
      workspaceFolder,
      remoteEnv,
      remoteUser,
      unheard,
      image: "cowork-app:key",
      updateRemoteUserUID: false,
      runArgs: ["--hostname=a"],
      mounts: [
        "type=bind,source=/h/lib/container/1,target=/opt/cowork,readonly",
        "type=bind,source=/h/state/app-a/container,target=/opt/cowork/session,readonly",
      ],
    });
  });

  test("cowork's environment overrides the project's, and other variables are kept", () => {
    const { config } = planOverride(
      request({ containerEnv: { A: "theirs", B: "b" } }, { containerEnv: { A: "ours" } }),
    );
    expect(config["containerEnv"]).toEqual({ A: "ours", B: "b" });
  });

  test("cowork's mounts come last, so that none of the project's can cover them", () => {
    const { config } = planOverride(
      request(
        { mounts: ["type=tmpfs,target=/opt/cowork"] },
        { extraMounts: [{ source: "/run/agent,1", target: "/x", readOnly: true }] },
      ),
    );
    const mounts = config["mounts"] as string[];
    expect(mounts[0]).toBe("type=tmpfs,target=/opt/cowork");
    expect(mounts.at(-1)).toBe('type=bind,"source=/run/agent,1",target=/x,readonly');
  });

  test("volumes from the image's metadata become the session's own with the same target", () => {
    const metadata = [
      { mounts: ["source=cache,target=/cache,type=volume"] },
      { id: "dind", mounts: [{ type: "volume", source: "dind-${devcontainerId}", target: "/var/lib/docker" }] },
      { mounts: ["type=bind,source=/x,target=/x"] },
    ];
    const { config } = planOverride(request({}, { image: { remoteUser: "vscode", ref: "i", metadata } }));
    expect((config["mounts"] as string[]).slice(0, 2)).toEqual([
      "type=volume,source=cowork-0123456789ab_cache,target=/cache,volume-label=cowork.session=app-a",
      "type=volume,source=dind-${devcontainerId},target=/var/lib/docker,volume-label=cowork.session=app-a",
    ]);
    expect(config["mounts"]).toHaveLength(4);
  });

  test.each([
    [[], ["--cpus=1.5", "--memory=4g"]],
    [
      ["--cpus", "2"],
      ["--cpus", "2", "--memory=4g"],
    ],
    [
      ["-m4g", "--cpu-quota=1"],
      ["-m4g", "--cpu-quota=1"],
    ],
    [
      ["--unheard-of", "x"],
      ["--cpus=1.5", "--memory=4g", "--unheard-of", "x"],
    ],
  ])("CPUS and MEMORY are set unless the project sets them: %j", (runArgs, wanted) => {
    const { config } = planOverride(request({ runArgs }, { settings: { cpus: 1.5, memory: "4g" } }));
    const cut = (config["runArgs"] as string[]).filter((word) => word !== "--hostname=a");
    expect(cut).toEqual(wanted);
  });

  test("is pure", () => {
    const config = { runArgs: ["--name", "x"], mounts: ["source=v,target=/v"] };
    const before = structuredClone(config);
    planOverride(request(config));
    expect(config).toEqual(before);
  });
});

describe("several sessions in parallel", () => {
  const rewrite = (config: JsonObject): ReturnType<typeof rewriteConfig> => rewriteConfig(config, own);
  const args = (...runArgs: string[]): unknown => rewrite({ runArgs }).config["runArgs"];

  test("names, restart policies and labels of other tools are removed, and each change is reported", () => {
    const { config, changes } = rewrite({
      runArgs: [
        "--init",
        "--name=x",
        "--rm",
        "--restart",
        "always",
        "-l",
        "cowork.session=other",
        "--label",
        "a=b",
        "-it",
      ],
    });
    expect(config["runArgs"]).toEqual(["--init", "--label", "a=b", "-it"]);
    expect(changes).toHaveLength(4);
    expect(changes.join()).toContain("--name x");
  });

  test.each([
    ["8080:80", "127.0.0.1::80"],
    ["80", "127.0.0.1::80"],
    ["0.0.0.0:80:80/udp", "127.0.0.1::80/udp"],
    ["[::1]:80:8000-8010", "127.0.0.1::8000-8010"],
    ["${localEnv:PORT:3000}:3000", "127.0.0.1::3000"],
    ["127.0.0.1::80", "127.0.0.1::80"],
  ])("port %s → %s", (port, wanted) => {
    expect(args("-p", port)).toEqual(port === wanted ? ["-p", port] : [`--publish=${wanted}`]);
    expect(rewrite({ appPort: port }).config["appPort"]).toEqual([wanted]);
    expect(rewrite({ appPort: port }).changes).toHaveLength(port === wanted ? 0 : 1);
  });

  test("appPort as a number and in a list", () => {
    expect(rewrite({ appPort: 3000 }).config["appPort"]).toEqual(["127.0.0.1::3000"]);
    expect(rewrite({ appPort: [3000, "1:2"] }).config["appPort"]).toEqual(["127.0.0.1::3000", "127.0.0.1::2"]);
  });

  test("combined letters stay valid when one of them changes", () => {
    expect(args("-itp8080:80")).toEqual(["--interactive", "--tty", "--publish=127.0.0.1::80"]);
  });

  const label = "volume-label=cowork.session=app-a";
  test.each([
    ["source=v,target=/v,type=volume", `type=volume,source=cowork-0123456789ab_v,target=/v,${label}`],
    ["src=v,dst=/v,ro", `type=volume,source=cowork-0123456789ab_v,target=/v,readonly,${label}`],
    ["type=volume,source=v-${devcontainerId},target=/v", `type=volume,source=v-\${devcontainerId},target=/v,${label}`],
    ["type=volume,source=v,target=/v,external=true", "type=volume,source=v,target=/v,external=true"],
    ["type=volume,target=/anonymous", "type=volume,target=/anonymous"],
    ["type=bind,source=${localWorkspaceFolder}/a,target=/a", "type=bind,source=${localWorkspaceFolder}/a,target=/a"],
  ])("mount %s", (text, wanted) => {
    expect(rewrite({ mounts: [text] }).config["mounts"]).toEqual([wanted]);
  });

  test("an object of mounts, and --volume", () => {
    const wanted = `type=volume,source=cowork-0123456789ab_v,target=/v,${label}`;
    expect(rewrite({ mounts: [{ type: "volume", source: "v", target: "/v" }] }).config["mounts"]).toEqual([wanted]);
    expect(args("-v", "v:/v")).toEqual([`--mount=${wanted}`]);
    expect(args("-v", "v:/v:ro")).toEqual([`--mount=${wanted.replace(label, `readonly,${label}`)}`]);
    expect(args("-v", "${localWorkspaceFolder}/a:/a")).toEqual(["-v", "${localWorkspaceFolder}/a:/a"]);
  });

  test("a workspace in a volume becomes the clone", () => {
    const { config, changes } = rewrite({ workspaceMount: "source=v,target=/w,type=volume" });
    expect(parseMount(mountText(config["workspaceMount"]))).toMatchObject({
      type: "bind",
      source: "${localWorkspaceFolder}",
      target: "/w",
    });
    expect(changes).toHaveLength(1);
  });

  const parent = "${localWorkspaceFolder}/..";
  const only = "${localWorkspaceFolderBasename}";
  test("only the clone is mounted instead of the project's parent folder, at the path where it would be", () => {
    const bind = `type=bind,source=\${localWorkspaceFolder},target=/w/${only}`;
    const mount = `type=bind,source=${parent},target=/w`;
    expect(rewrite({ mounts: [mount, { type: "bind", source: parent, target: "/w/" }] }).config["mounts"]).toEqual([
      bind,
      bind,
    ]);
    expect(rewrite({ workspaceMount: `${mount},consistency=cached` }).config["workspaceMount"]).toBe(
      `${bind},consistency=cached`,
    );
    expect(args("--mount", mount)).toEqual([`--mount=${bind}`]);
    expect(args("-v", `${parent}:/w:ro`)).toEqual([`--volume=\${localWorkspaceFolder}:/w/${only}:ro`]);
    expect(rewrite({ mounts: [mount] }).changes).toHaveLength(1);
  });

  test("a configuration without conflicts is not changed", () => {
    const config = { image: "x", runArgs: ["--init"], mounts: ["type=tmpfs,target=/t"], workspaceMount: "" };
    expect(rewrite(config)).toEqual({ config, changes: [] });
  });
});

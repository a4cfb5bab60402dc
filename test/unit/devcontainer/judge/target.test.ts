import { describe, expect, test } from "vitest";
import { claude } from "../../../../src/agent/claude/agent.ts";
import { inside } from "../../../../src/agent/parts.ts";
import { judgeConfig } from "../../../../src/devcontainer/judge/judge-config.ts";
import { judgeMetadata } from "../../../../src/devcontainer/judge/judge-metadata.ts";
import { isOwnPlace } from "../../../../src/devcontainer/judge/judge-target.ts";
import { createVerdict } from "../../../../src/devcontainer/judge/verdict.ts";
import type { JsonObject } from "../../../../src/devcontainer/types.ts";

const judge = (config: JsonObject, workspaceFolder?: string): string[] => {
  const verdict = createVerdict("x", workspaceFolder);
  judgeConfig(verdict, config);
  return verdict.findings.map(({ why }) => why);
};
const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "no error";
};

const places = [
  "/etc/claude-code",
  "/etc/claude-code/managed-settings.json",
  "/opt/cowork",
  "/opt/cowork/bin/claude",
  "/cowork",
  "/cowork/auth/claude",
  "//etc//claude-code/",
  "/etc/./claude-code/.",
  "/tmp/../etc/claude-code",
  "/cowork/",
  "etc/claude-code",
  "${containerWorkspaceFolder}/../../etc/claude-code",
  "${containerWorkspaceFolder}/../../../../cowork",
];

describe.each(places)("a mount at %s is an error in every form", (target) => {
  const source = "${localWorkspaceFolder}/x";
  test.each<[string, JsonObject]>([
    ["mounts", { mounts: [`type=bind,source=${source},target=${target}`] }],
    ["mounts, other names", { mounts: [`type=bind,src=${source},dst=${target}`] }],
    ["mounts, a volume", { mounts: [`source=v,target=${target},type=volume`] }],
    ["mounts, tmpfs", { mounts: [`type=tmpfs,target=${target}`] }],
    ["mounts, an object", { mounts: [{ type: "bind", source, target }] }],
    ["workspaceMount", { workspaceMount: `type=bind,source=\${localWorkspaceFolder},target=${target}` }],
    ["--mount", { runArgs: ["--mount", `type=bind,source=${source},destination=${target}`] }],
    ["--mount=", { runArgs: [`--mount=type=tmpfs,target=${target}`] }],
    ["-v", { runArgs: ["-v", `${source}:${target}:ro`] }],
    ["-v, a volume", { runArgs: [`--volume=v:${target}`] }],
    ["-v, no source", { runArgs: [`-v${target}`] }],
    ["--tmpfs", { runArgs: ["--tmpfs", `${target}:size=1m`] }],
  ])("%s", (_, config) => {
    expect(refused(() => judge(config))).toBe("DEVCONTAINER_INVALID");
  });

  test("a feature or an image", () => {
    const entry = { id: "f", mounts: [{ type: "volume", source: "v", target }] };
    expect(refused(() => judgeMetadata([entry]))).toBe("DEVCONTAINER_INVALID");
  });
});

test("the workspace folder is replaced by the configuration's value", () => {
  const mounts = ["type=tmpfs,target=${containerWorkspaceFolder}/cowork/bin"];
  expect(judge({ mounts })).toEqual([]);
  expect(refused(() => judge({ mounts }, "/opt"))).toBe("DEVCONTAINER_INVALID");
  expect(refused(() => judgeMetadata([{ mounts }], "/opt/"))).toBe("DEVCONTAINER_INVALID");
});

test("a session's name can make its folder one of the reserved ones", () => {
  const mounts = ["type=tmpfs,target=/etc/${localWorkspaceFolderBasename}"];
  expect(refused(() => judge({ mounts }))).toBe("DEVCONTAINER_INVALID");
});

test.each(["/etc", "/opt", "/", "/opt/", "//opt/x/.."])("a mount above, at %s, is a finding", (target) => {
  expect(judge({ mounts: [`type=tmpfs,target=${target}`] })).toEqual([
    "is mounted over the parent folder of cowork's own files",
  ]);
});

test.each([
  "/workspaces/x",
  "/etc/claude-codex",
  "/opt/coworker",
  "/coworks",
  "/home/dev/cowork",
  "/etc/nginx",
  "/opt/x",
])("%s is not reserved", (target) => {
  expect(judge({ mounts: [`source=v,target=${target}`] })).toEqual([]);
  expect(judge({ mounts: [`source=v,target=\${containerWorkspaceFolder}/${target}`] })).toEqual([]);
});

test("they are where the agent's files are mounted", () => {
  const { vault, config, events, agents, launcher } = inside;
  const targets = [vault(claude), config(claude), events, agents, launcher(claude), claude.launch.policy?.target ?? ""];
  expect(targets.filter((target) => !isOwnPlace(target))).toEqual([]);
});

import { describe, expect, test } from "vitest";
import { judgeConfig } from "../../../../src/devcontainer/judge/judge-config.ts";
import { judgeMetadata } from "../../../../src/devcontainer/judge/judge-metadata.ts";
import { createVerdict } from "../../../../src/devcontainer/judge/verdict.ts";
import type { JsonObject } from "../../../../src/devcontainer/types.ts";

const judge = (config: JsonObject): string[] => {
  const verdict = createVerdict("devcontainer.json");
  judgeConfig(verdict, config);
  return verdict.findings.map(({ where }) => where.replace("devcontainer.json: ", ""));
};

/** What reaches the host, both in devcontainer.json and in the metadata of an image. */
const dangerous: [JsonObject, string][] = [
  [{ privileged: true }, "privileged"],
  [{ privileged: "true" }, "privileged"],
  [{ capAdd: ["SYS_PTRACE"] }, "capAdd"],
  [{ capAdd: "ALL" }, "capAdd"],
  [{ securityOpt: ["seccomp=unconfined"] }, "securityOpt"],
  [{ mounts: ["type=bind,source=/,target=/host"] }, "mounts"],
  [{ mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/x" }] }, "mounts"],
  [{ mounts: [{ type: "volume", source: "x,type=bind,src=/", target: "/x" }] }, "mounts"],
  [{ mounts: [{ type: "bind", source: ["/"], target: "/x" }] }, "mounts"],
  [{ mounts: ["type=volume,source=x,target=/x\n    privileged: true"] }, "mounts"],
  [{ mounts: ["type=bind,source=${localEnv:HOME},target=/x"] }, "mounts"],
  [{ containerUser: "root\n    privileged: true" }, "containerUser"],
  [{ containerEnv: { "A'\n    privileged": "x" } }, "containerEnv"],
  [{ containerEnv: { TOKEN: "${localEnv:TOKEN}" } }, "containerEnv.TOKEN"],
  [{ remoteEnv: { TOKEN: "a${env:TOKEN:default}b" } }, "remoteEnv.TOKEN"],
  [{ postCreateCommand: { a: ["echo", "${localEnv:TOKEN}"] } }, "postCreateCommand.a"],
  [{ hostRequirements: { gpu: "optional" } }, "hostRequirements.gpu"],
];

describe("devcontainer.json", () => {
  test.each(dangerous)("%j is a finding", (config, where) => expect(judge(config)).toContain(where));

  test.each([
    [{ workspaceMount: "source=/,target=/w,type=bind" }, "workspaceMount"],
    [{ workspaceMount: "source=${localWorkspaceFolder}/../..,target=/w,type=bind" }, "workspaceMount"],
    [{ workspaceFolder: "/w,type=bind,source=/" }, "workspaceFolder"],
    [{ workspaceFolder: "/:/host" }, "workspaceFolder"],
    [{ build: { dockerfile: "Dockerfile", options: ["--network=host"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", options: ["--ssh", "default"] } }, "build.options"],
    [
      { build: { dockerfile: "Dockerfile", options: ["--no-cache", "--secret=id=x,src=/etc/shadow"] } },
      "build.options",
    ],
    [{ build: { dockerfile: "Dockerfile", options: ["-t", "debian:trixie"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", options: ["--build-arg", "TOKEN"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", options: ["--allow=security.insecure"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", options: ["--output", "/root"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", options: ["-o/root"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", options: ["--build-context=x=/"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", options: ["--cache-to=type=local,dest=/"] } }, "build.options"],
    [{ build: { dockerfile: "Dockerfile", cacheFrom: ["type=local,src=/"] } }, "build.cacheFrom"],
    [{ build: { dockerfile: "Dockerfile", cacheFrom: "Type=local,Src=/etc" } }, "build.cacheFrom"],
    [{ build: { dockerfile: "Dockerfile", cacheFrom: ["type=gha,url=http://x/"] } }, "build.cacheFrom"],
    [{ build: { dockerfile: "Dockerfile", cacheFrom: ["ghcr.io/a/b:1,type=s3"] } }, "build.cacheFrom"],
    [{ build: { dockerfile: "Dockerfile", cacheFrom: ['"type=local","src=/"'] } }, "build.cacheFrom"],
    [{ build: { dockerfile: "Dockerfile", options: ["--cache-from", "Type=local,Src=/etc"] } }, "build.options"],
    [
      { build: { dockerfile: "Dockerfile", options: ["--cache-from=type=s3,endpoint_url=http://x/"] } },
      "build.options",
    ],
    [{ build: { dockerfile: "Dockerfile", options: ["--ulimit", "a=1,b=2"] } }, "build.options"],
    [{ appPort: "x=:y=1,published=8080,target=80" }, "appPort"],
    [{ appPort: [3000, "target=80,published=8080"] }, "appPort"],
    [{ build: { dockerfile: "Dockerfile", args: { A: "${localEnv:A}" } } }, "build.args.A"],
    [{ runArgs: ["--privileged"] }, "runArgs"],
  ] as [JsonObject, string][])("%j is a finding", (config, where) => expect(judge(config)).toContain(where));

  test("an ordinary configuration has no findings", () => {
    const config = {
      name: "x",
      build: {
        dockerfile: "Dockerfile",
        context: "..",
        args: { A: "b" },
        options: ["--pull", "--build-arg", "A=b", "--platform=linux/amd64"],
        cacheFrom: ["img", "ghcr.io/owner/img:cache", `localhost:5000/a/b@sha256:${"a".repeat(64)}`],
      },
      features: { "ghcr.io/devcontainers/features/node:1": {} },
      mounts: [
        "source=${localWorkspaceFolder}/.cache,target=/cache,type=bind,consistency=cached",
        {
          type: "volume",
          source: "node_modules-${devcontainerId}",
          target: "${containerWorkspaceFolder}/node_modules",
        },
      ],
      workspaceMount: "source=${localWorkspaceFolder},target=/workspace,type=bind",
      workspaceFolder: "/workspace",
      containerEnv: { A: "b" },
      remoteEnv: { PATH: "${containerEnv:PATH}:/x", NONE: null },
      containerUser: "1000:1000",
      remoteUser: "vscode",
      privileged: false,
      runArgs: ["--init"],
      hostRequirements: { cpus: 4 },
      customizations: { vscode: { settings: { a: "${localEnv:HOME}" } } },
      postCreateCommand: "npm ci",
    };
    expect(judge(config)).toEqual([]);
  });

  test("text from the repository is shown without control characters, and not endlessly", () => {
    const verdict = createVerdict("devcontainer.json");
    judgeConfig(verdict, { runArgs: [`--device=\u001b[2J${"x".repeat(1000)}`] });
    const [finding] = verdict.findings;
    expect(finding?.what).not.toContain("\u001b");
    expect(finding?.what.length).toBeLessThan(500);
  });
});

describe("metadata of base image and features", () => {
  test.each(dangerous)("%j is a finding", (entry, where) => {
    const named = judgeMetadata([{ id: "ghcr.io/x/y:1", ...entry }]);
    expect(named.map((finding) => finding.where)).toContain(`feature ghcr.io/x/y:1: ${where}`);
    expect(judgeMetadata([entry]).map((finding) => finding.where)).toContain(`base image: ${where}`);
  });

  test("an entrypoint that would break out of the CLI's Compose file is a finding", () => {
    expect(judgeMetadata([{ entrypoint: '"]\n    privileged: true\n    x: ["' }])).toHaveLength(1);
    expect(judgeMetadata([{ entrypoint: "/usr/local/share/docker-init.sh" }])).toEqual([]);
    expect(judgeMetadata([{ entrypoint: "trap '/opt/cowork/bin/quiesce; exit 0' 15" }])).toEqual([]);
  });

  test("an image must not mount paths in the clone, as a config may: they are not checked before each start", () => {
    const mounts = (source: string): JsonObject[] => [{ mounts: [`type=bind,source=${source},target=/x`] }];
    expect(judgeMetadata(mounts("${localWorkspaceFolder}"))).toEqual([]);
    expect(judgeMetadata(mounts("${localWorkspaceFolder}/x"))).toHaveLength(1);
    expect(judgeMetadata(mounts("${localWorkspaceFolder}/.."))).toHaveLength(1);
  });

  test("an ordinary image has no findings", () => {
    expect(
      judgeMetadata([
        { remoteUser: "vscode" },
        {
          id: "x",
          customizations: {},
          mounts: [{ type: "volume", source: "dind-${devcontainerId}", target: "/var/lib/docker" }],
        },
      ]),
    ).toEqual([]);
  });
});

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomInt, randomUUID } from "node:crypto";
import { execa } from "execa";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeRunArgs } from "../../../src/devcontainer/judge/judge-run-args.ts";
import { createVerdict } from "../../../src/devcontainer/judge/verdict.ts";
import { rewriteConfig } from "../../../src/devcontainer/override/rewrite.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { mounts, networks, ports, volumes } from "../../support/run-arg-arbitraries.ts";

// Compares with docker itself: containers are created with random options and never started.

const label = `cowork.test=run-args-${randomUUID()}`;
let folder: string;
let clone: string;
let outside: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cowork-run-args-"));
  clone = join(folder, "clone");
  outside = join(folder, "outside");
  for (const path of [join(clone, "sub"), outside]) await mkdir(path, { recursive: true });
});
afterAll(async () => {
  const { stdout } = await execa("docker", ["ps", "-aq", "--filter", `label=${label}`]);
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await execa("docker", ["rm", "-f", "-v", ...ids]);
  const { stdout: left } = await execa("docker", ["volume", "ls", "-q", "--filter", `label=${label}`]);
  const names = left.split("\n").filter((name) => name !== "");
  if (names.length > 0) await execa("docker", ["volume", "rm", ...names]);
  await rm(folder, { recursive: true, force: true });
});

/** Options that reach the host and options that do not, in spellings that a parser may read wrong. */
const others = fc.constantFrom<string[]>(
  ["--privileged"],
  ["--privileged=True"],
  ["--privileged=false"],
  ["-itP"],
  ["--pid=host"],
  ["--ipc", "host"],
  ["--uts=host"],
  ["--cap-add=ALL"],
  ["--security-opt=seccomp=unconfined"],
  ["--security-opt", "no-new-privileges"],
  ["--cgroupns=host"],
  ["--userns=host"],
  ["--device", "/dev/null"],
  ["--volumes-from=x"],
  ["--label", "--privileged"],
  ["-e", "A=--net=host"],
  ["--log-opt=max-size=1m"],
  ["--log-driver=none"],
  ["--tmpfs", "/run:rw,size=1m"],
  ["--hostname=h", "--add-host=x:127.0.0.1"],
  ["--ulimit=nofile=100:200", "--dns=1.1.1.1", "-uroot"],
);

const flag = (names: readonly string[], values: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc
    .tuple(fc.constantFrom(...names), values, fc.boolean())
    .map(([name, value, attached]) => (attached ? [`${name}=${value}`] : [name, value]));

const variable = "${localWorkspaceFolder}";
const beside = "/nowhere/beside";

/** The arguments for docker: rewritten by cowork, with variables replaced. */
function given(words: string[]): string[] {
  const { config } = rewriteConfig({ runArgs: words }, { composeProject: "p", labels: asLabels(), beside });
  return (config["runArgs"] as string[]).map((word) => word.replaceAll(variable, clone));
}

function asLabels(): Record<string, string> {
  const [name = "", value = ""] = label.split("=");
  return { [name]: value };
}

interface Inspected {
  HostConfig: Record<string, unknown> & {
    Binds?: string[] | null;
    Mounts?: { Type: string; Source?: string }[] | null;
    PortBindings?: Record<string, { HostIp: string }[]> | null;
    PublishAllPorts: boolean;
  };
}

/** Names of the settings that let a container reach the host and differ from a container without options. */
function reach({ HostConfig: config }: Inspected, plain: Inspected): string[] {
  const keys = ["Privileged", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode", "CapAdd", "Devices"];
  const found = keys.filter((key) => {
    const text = JSON.stringify(config[key] ?? null);
    return text !== JSON.stringify(plain.HostConfig[key] ?? null) && text !== "[]";
  });
  if (!["default", "bridge", "none"].includes(String(config["NetworkMode"]))) found.push("NetworkMode");
  if (config.PublishAllPorts) found.push("PublishAllPorts");
  const options = (config["SecurityOpt"] as string[] | null) ?? [];
  if (options.some((option) => option !== "no-new-privileges")) found.push("SecurityOpt");
  const addresses = Object.values(config.PortBindings ?? {}).flatMap((list) => list.map(({ HostIp }) => HostIp));
  if (addresses.some((address) => address !== "127.0.0.1")) found.push("PortBindings");
  const sources = [
    ...(config.Binds ?? []).map((bind) => bind.split(":")[0] ?? ""),
    ...(config.Mounts ?? []).flatMap(({ Type, Source }) => (Type === "bind" ? [Source ?? ""] : [])),
  ].filter((source) => source.startsWith("/"));
  // Folders next to the project are replaced with the session's own.
  const isOwn = (path: string): boolean => path === clone || [clone, beside].some((own) => path.startsWith(`${own}/`));
  if (!sources.every((source) => isOwn(join(source)))) found.push("Binds");
  return found;
}

async function create(words: readonly string[]): Promise<string | undefined> {
  const args = ["create", ...words, "--label", label, testBaseImage, "true"];
  const { exitCode, stdout } = await execa("docker", args, { reject: false, stdin: "ignore" });
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function inspect(ids: readonly string[]): Promise<Inspected[]> {
  const { stdout } = await execa("docker", ["inspect", ...ids]);
  return JSON.parse(stdout) as Inspected[];
}

test("every set of options with which docker reaches the host has a finding", async () => {
  const group = fc.oneof(
    { weight: 3, arbitrary: flag(["--network", "--net"], networks) },
    { weight: 3, arbitrary: flag(["--mount"], mounts(variable, outside)) },
    { weight: 3, arbitrary: flag(["-v", "--volume"], volumes(variable, outside)) },
    { weight: 2, arbitrary: flag(["-p", "--publish"], ports) },
    { weight: 3, arbitrary: others },
  );
  const seed = randomInt(2 ** 31);
  const samples = fc.sample(fc.array(group, { minLength: 1, maxLength: 2 }), { numRuns: 80, seed });
  const known = [
    [["--network=name=bridge,name=host"]],
    [["--net", "name=none,NAME=host"]],
    [["-p", "x=:y=1,published=8080,target=80"]],
    [["--mount", `type=volume,type=bind,source=${outside},target=/x`]],
    [["--mount", `"type=bind",src=${outside},dst=/x`]],
    [["-v", `${variable}/../outside:/x`]],
  ];
  const made: { words: string[]; findings: number; id: string }[] = [];
  for (const groups of [...known, ...samples]) {
    const words = groups.flat();
    const verdict = createVerdict("x");
    judgeRunArgs(verdict, words);
    // Also create containers that have a finding: the test is meaningful only if some of them do reach the host.
    const id = await create(given(words));
    if (id !== undefined) made.push({ words, findings: verdict.findings.length, id });
  }
  const plain = await create([]);
  const [base, ...results] = await inspect([plain ?? "", ...made.map(({ id }) => id)]);
  if (base === undefined) throw new Error("no container without options");
  const reaching = made.map((one, at) => ({ ...one, reach: reach(results[at] as Inspected, base) }));
  const missed = reaching.filter((one) => one.reach.length > 0 && one.findings === 0);
  expect({ seed, missed }).toEqual({ seed, missed: [] });
  expect(reaching.filter((one) => one.reach.length > 0).length).toBeGreaterThan(5);
}, 300_000);

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAsset } from "../../../src/assets.ts";
import { runCli } from "../../../src/devcontainer/cli/cli.ts";
import { connectContext } from "../../support/connect-context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { removeContainers, runContainer } from "../../support/engine/engine-fixture.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { tree } from "../../support/git/tree.ts";

// The answers that @devcontainers/cli gets instead of the docker client's must be the same as the client's.

let answers: string;
let folderOfAnswers: string;
const label = "cowork.test=docker-answers";
let id: string;
let clientVersion: string;
let engineVersion: string;
beforeAll(async () => {
  folderOfAnswers = await mkdtemp(join(tmpdir(), "cowork-test-"));
  answers = join(folderOfAnswers, "preload.cjs");
  await writeFile(answers, await readAsset("cli-preload.cjs"));
  id = await runContainer({ labels: { "cowork.test": "docker-answers", "cowork.odd": "a b,c" } });
  clientVersion = `${(await execa("docker", ["-v"])).stdout}\n`;
  engineVersion = `${(await execa("docker", ["version", "--format", "{{.Server.Version}}"])).stdout}\n`;
});
afterAll(async () => {
  await rm(folderOfAnswers, { recursive: true, force: true });
  await removeContainers(label);
});

interface ClientResult {
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** how often the real client was started */
  clients: number;
}

interface Asking {
  socket?: string;
  input?: string;
  mayRun?: boolean;
}

/** Runs a program that starts `docker` as @devcontainers/cli does. */
async function ask(
  args: readonly string[],
  { socket = "/var/run/docker.sock", input = "", mayRun = true }: Asking = {},
): Promise<ClientResult> {
  const program = `
    const child_process = require("node:child_process");
    const [args] = process.argv.slice(1);
    let clients = 0;
    const { ChildProcess } = child_process;
    const { spawn } = ChildProcess.prototype;
    ChildProcess.prototype.spawn = function (options) { clients++; return spawn.call(this, options); };
    const child = child_process.spawn("docker", JSON.parse(args), { windowsHide: true });
    const result = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (result.stdout += chunk));
    child.stderr.on("data", (chunk) => (result.stderr += chunk));
    process.stdin.pipe(child.stdin);
    child.stdin.on("error", () => undefined);
    const print = (code) => process.stdout.write(JSON.stringify({ code, ...result, clients }), () => process.exit());
    child.once("close", print);
    // the container runs on, so do not wait for its end
    if (JSON.parse(args)[0] === "run") setTimeout(print, 3_000);`;
  const { stdout } = await execa(process.execPath, ["--require", answers, "-e", program, JSON.stringify(args)], {
    input,
    env: environment(socket, mayRun),
  });
  return JSON.parse(stdout) as ClientResult;
}

function environment(socket: string, mayRun: boolean): Record<string, string> {
  return {
    COWORK_ENGINE_SOCKET: socket,
    COWORK_DOCKER_VERSION: clientVersion,
    COWORK_ENGINE_VERSION: engineVersion,
    ...(mayRun ? { COWORK_DOCKER_RUN: "1" } : {}),
  };
}

async function client(args: readonly string[], input = ""): Promise<Omit<ClientResult, "clients">> {
  const options = { reject: false, stripFinalNewline: false, input } as const;
  const { exitCode: code, stdout, stderr } = await execa("docker", args, options);
  return { code, stdout, stderr };
}

describe("the docker client's answers", () => {
  test.each<[string, () => string[]]>([
    ["-v", () => ["-v"]],
    ["version", () => ["version", "--format", "{{.Server.Version}}"]],
    ["ps", () => ["ps", "-q", "-a", "--filter", `label=${label}`, "--filter", "label=cowork.odd=a b,c"]],
    ["ps of none", () => ["ps", "-q", "-a", "--filter", "label=cowork.test=there-is-none"]],
  ])("%s is answered exactly like the client, without starting it", async (_, args) => {
    expect(await ask(args())).toEqual({ ...(await client(args())), clients: 0 });
  });

  test.each<[string, () => string[]]>([
    ["image", () => ["inspect", "--type", "image", testBaseImage]],
    ["container", () => ["inspect", "--type", "container", id]],
  ])("inspect --type %s has the same content as the client's", async (_, args) => {
    const [result, real] = [await ask(args()), await client(args())];
    expect(result).toMatchObject({ code: 0, stderr: "", clients: 0 });
    expect(JSON.parse(result.stdout)).toEqual(JSON.parse(real.stdout));
  });

  test.each<[string, string[]]>([
    ["a missing image", ["inspect", "--type", "image", "no-such-image:none"]],
    [
      "a filter that cowork does not answer",
      ["ps", "-q", "-a", "--filter", "status=running", "--filter", `label=${label}`],
    ],
    ["another format", ["inspect", "--type", "image", testBaseImage, "--format", "{{.Id}}"]],
  ])("%s: starts the client", async (_, args) => {
    expect(await ask(args)).toEqual({ ...(await client(args)), clients: 1 });
  });

  test("starts the client when the engine does not respond", async () => {
    const args = ["ps", "-q", "-a", "--filter", `label=${label}`];
    expect(await ask(args, { socket: "/nowhere/docker.sock" })).toEqual({ ...(await client(args)), clients: 1 });
  });
});

describe("exec -i", () => {
  const sh = (...words: string[]): string[] => ["exec", "-i", ...words, id, "/bin/sh"];
  test.each<[string, () => string[], string]>([
    ["both streams and the exit code", () => sh(), "echo out; echo err >&2; exit 7"],
    ["user, variables and folder", () => sh("-u", "daemon", "-e", "A=b=c d", "-w", "/usr"), 'id -un; pwd; echo "$A"'],
    ["all of the input", () => ["exec", "-i", id, "wc", "-c"], "x".repeat(300_000)],
    ["much output", () => sh(), "head -c 3000000 /dev/zero | tr '\\0' x"],
    ["a program that ends before its input", () => ["exec", "-i", id, "true"], "x".repeat(300_000)],
    ["a missing program", () => ["exec", "-i", id, "/no/such/program"], ""],
  ])("%s: same result as the client, without starting it", async (_, args, input) => {
    const [result, real] = [await ask(args(), { input }), await client(args(), input)];
    expect(result.stdout.length).toBe(real.stdout.length);
    expect(result).toEqual({ ...real, clients: 0 });
  });

  test.each<[string, () => string[]]>([
    ["a terminal", () => ["exec", "-i", "-t", id, "true"]],
    ["a variable of the caller's", () => ["exec", "-i", "-e", "PATH", id, "true"]],
    ["a missing container", () => ["exec", "-i", "no-such-container", "true"]],
  ])("%s: starts the client", async (_, args) => {
    expect(await ask(args())).toEqual({ ...(await client(args())), clients: 1 });
  });

  test("ends at once when it is killed", async () => {
    const program = `
      const child = require("node:child_process").spawn("docker", ["exec", "-i", "${id}", "/bin/sh"]);
      child.stdout.once("data", () => child.kill("SIGKILL"));
      child.once("close", (code, signal) => (console.log(code, signal), process.exit()));
      child.stdin.write("echo up; sleep 100\\n");`;
    const env = environment("/var/run/docker.sock", true);
    expect((await execa(process.execPath, ["--require", answers, "-e", program], { env })).stdout).toBe("null SIGKILL");
  });
});

interface Mounted {
  Type: string;
  Destination: string;
}

describe("run", () => {
  const labels = ["-l", label, "-l", 'cowork.odd={"a":"b,c=d"}', "-e", "A=b=c", "-e", "EMPTY=", "-u", "daemon"];
  const script = "echo Container started\ntrap 'exit 0' 15; sleep 1000";
  const command = ["--entrypoint", "/bin/sh", testBaseImage, "-c", script, "-"];
  const places = [
    `type=bind,source=${tree},target=/work/tree,readonly`,
    "type=bind,src=/tmp,dst=/host tmp,consistency=cached",
    "type=volume,target=/anonymous",
  ].flatMap((mount) => ["--mount", mount]);
  const streams = ["--sig-proxy=false", "-a", "STDOUT", "-a", "STDERR"];
  const words = (...more: string[]): string[] => ["run", ...streams, ...places, ...labels, ...more, ...command];
  const newest = async (): Promise<string> =>
    (await execa("docker", ["ps", "-q", "--no-trunc", "-l", "--filter", `label=${label}`])).stdout;
  const inspected = async (container: string) => {
    const [{ Config, HostConfig, Mounts, State }] = JSON.parse((await execa("docker", ["inspect", container])).stdout);
    // the engine lists mounts and variables in any order
    const sorted = Mounts.toSorted((a: Mounted, b: Mounted) => (a.Destination < b.Destination ? -1 : 1));
    const mounts = sorted.map((mount: Mounted) =>
      mount.Type === "volume" ? { ...mount, Name: "", Source: "" } : mount,
    );
    const filled = (value: object) => Object.entries(value).filter(([, one]) => one !== null && !isEmpty(one));
    // these differ for each client: the size of its terminal, and the container's generated host name
    return {
      Config: { ...Config, Hostname: "", Env: Config.Env.toSorted() },
      HostConfig: Object.fromEntries(filled({ ...HostConfig, ConsoleSize: [] })),
      mounts,
      Running: State.Running,
    };
  };

  const isEmpty = (value: unknown): boolean => typeof value === "object" && Object.keys(value ?? {}).length === 0;

  test.each([
    ["the arguments of a dev container", []],
    [
      "the arguments that features need",
      ["--init", "--privileged", "--cap-add", "SYS_PTRACE", "--cap-add", "NET_ADMIN"],
    ],
  ])("%s: creates the same container as the client, without starting it", async (_, more) => {
    const result = await ask(words(...more));
    expect(result).toMatchObject({ stderr: "", clients: 0 });
    const own = await newest();
    const real = (
      await client(words("-d", ...more).filter((word) => !/^(-a|STDOUT|STDERR)$/.test(word)))
    ).stdout.trim();
    const [mine, theirs] = [await inspected(own), await inspected(real)];
    theirs.Config.AttachStdout = theirs.Config.AttachStderr = true;
    expect(own).not.toBe(real);
    expect(mine).toEqual(theirs);
    await execa("docker", ["rm", "-f", "-v", own, real]);
  });

  test.each<[string, () => string[]]>([
    [
      "an option that cowork does not answer",
      () => ["run", "--rm", "--entrypoint", "/bin/true", "-l", label, testBaseImage],
    ],
    [
      "a variable of the caller's",
      () => ["run", "-l", label, "-e", "PATH", "--entrypoint", "/bin/true", testBaseImage],
    ],
    [
      "a mount with quoted fields",
      () => ["run", "-l", label, "--mount", 'type=tmpfs,"target=/a,b"', testBaseImage, "true"],
    ],
    ["a missing image", () => ["run", "-l", label, "no-such-image.invalid/none:1", "true"]],
    ["a program that cannot be started", () => ["run", "-l", label, "--entrypoint", "/no/such/program", testBaseImage]],
  ])("%s: is left to the client", async (_, args) => {
    const count = async (): Promise<number> =>
      (await execa("docker", ["ps", "-aq", "--filter", `label=${label}`])).stdout.split("\n").length;
    const before = await count();
    const result = await ask(args());
    const left = (await count()) - before;
    expect(result.clients).toBe(1);
    expect(result.code).toBe((await client(args())).code);
    // a failed attempt of the client may leave a container; cowork must not leave another one
    expect((await count()) - before).toBe(2 * left);
  });

  test("starts the client when the user's docker configuration affects new containers", async () => {
    const args = ["run", "-l", label, "--entrypoint", "/bin/true", testBaseImage];
    expect(await ask(args, { mayRun: false })).toMatchObject({ code: 0, clients: 1 });
  });
});

test("start events are reported until the program kills the client", async () => {
  const program = `
    const child = require("node:child_process").spawn("docker", ["events", "--format", "{{json .}}", "--filter", "event=start"]);
    child.stdout.on("data", (chunk) => {
      if (!String(chunk).includes("docker-answers-late")) return;
      child.once("close", (code, signal) => console.log(JSON.parse(String(chunk).trim().split("\\n").at(-1)).status, signal));
      child.kill("SIGKILL");
    });
    console.log("listening");`;
  const env = environment("/var/run/docker.sock", true);
  const listening = execa(process.execPath, ["--require", answers, "-e", program], { env });
  await new Promise((resolve) => listening.stdout.once("data", resolve));
  await runContainer({ labels: { "cowork.test": "docker-answers", "cowork.name": "docker-answers-late" } });
  expect((await listening).stdout).toBe("listening\nstart SIGKILL");
});

describe("devcontainer up creates a container and runs postCreateCommand", () => {
  test.each<[string, Record<string, string>]>([
    ["with cowork's answers", {}],
    ["with the docker client only", { COWORK_PLAIN_DOCKER: "1" }],
  ])("%s", async (name, more) => {
    const folder = await temporaryFolder();
    const ctx = connectContext(folder, { env: { ...process.env, ...more } });
    const workspace = join(folder, "workspace");
    await mkdir(workspace);
    const config = { image: testBaseImage, postCreateCommand: "echo made > /tmp/made" };
    await writeFile(join(workspace, ".devcontainer.json"), JSON.stringify(config));
    const labels = ["--id-label", label, "--id-label", `cowork.case=${name}`];
    const args = ["up", "--workspace-folder", workspace, ...labels];
    const outcome = await runCli(ctx, { args, cwd: workspace, logFile: join(folder, "up.log"), offline: true });
    expect(outcome).toMatchObject({ ok: true, result: { outcome: "success" } });
    const container = outcome.result?.["containerId"] as string;
    expect((await execa("docker", ["exec", container, "cat", "/tmp/made"])).stdout).toBe("made");
  });
});

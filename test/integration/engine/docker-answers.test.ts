import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliPreloads, type CliPreload } from "../../../src/devcontainer/cli/cli-preloads.ts";
import { runCli } from "../../../src/devcontainer/cli/cli.ts";
import { connectContext } from "../../support/connect-context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { removeContainers, runContainer } from "../../support/engine/engine-fixture.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { tree } from "../../support/git/tree.ts";

// The answers that @devcontainers/cli gets instead of the docker client's must be the same as the client's. With
// COWORK_PLAIN_DOCKER=1 it gets the client's own: every test runs with that, too.

const label = "cowork.test=docker-answers";
let id: string;
beforeAll(async () => {
  id = await runContainer({ labels: { "cowork.test": "docker-answers", "cowork.odd": "a b,c" } });
});
afterAll(() => removeContainers(label));

interface ClientResult {
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** how often the real client was started */
  clients: number;
}

async function client(args: readonly string[], input = ""): Promise<Omit<ClientResult, "clients">> {
  const options = { reject: false, stripFinalNewline: false, input } as const;
  const { exitCode: code, stdout, stderr } = await execa("docker", args, options);
  return { code, stdout, stderr };
}

interface Mounted {
  Type: string;
  Destination: string;
}

const isEmpty = (value: unknown): boolean => typeof value === "object" && Object.keys(value ?? {}).length === 0;

/** What the engine has of a container, without what differs for each: names, order, and the size of the client's terminal. */
async function inspected(container: string) {
  const [{ Id, Config, HostConfig, Mounts, State }] = JSON.parse(
    (await execa("docker", ["inspect", container])).stdout,
  );
  // the engine lists mounts and variables in any order
  const sorted = Mounts.toSorted((a: Mounted, b: Mounted) => (a.Destination < b.Destination ? -1 : 1));
  const mounts = sorted.map((mount: Mounted) => (mount.Type === "volume" ? { ...mount, Name: "", Source: "" } : mount));
  const filled = (value: object) => Object.entries(value).filter(([, one]) => one !== null && !isEmpty(one));
  return {
    // Without a host name of its own a container has the start of its id.
    Config: { ...Config, Hostname: Id.startsWith(Config.Hostname) ? "" : Config.Hostname, Env: Config.Env.toSorted() },
    HostConfig: Object.fromEntries(filled({ ...HostConfig, ConsoleSize: [] })),
    mounts,
    Running: State.Running,
  };
}

describe.each<[string, Record<string, string>, number]>([
  ["cowork's answers", {}, 0],
  ["the docker client only (COWORK_PLAIN_DOCKER=1)", { COWORK_PLAIN_DOCKER: "1" }, 1],
])("with %s:", (_mode, switchedOff, started) => {
  let preload: CliPreload;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "cowork-test-"));
    preload = await cliPreloads(connectContext(folder, { env: { ...process.env, ...switchedOff } }));
    // the tester's docker configuration may have proxies, which leave all of `run` to the client
    if (started === 0) preload.env["COWORK_DOCKER_RUN"] = "1";
    return () => rm(folder, { recursive: true, force: true });
  });

  interface Asking {
    input?: string;
    /** replaces variables of the preload */
    env?: Record<string, string | undefined>;
    /** do not wait for the end of docker, but for this */
    until?: () => Promise<unknown>;
  }

  /** Runs a program that starts `docker` as @devcontainers/cli does. */
  async function ask(args: readonly string[], { input = "", env = {}, until }: Asking = {}): Promise<ClientResult> {
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
    process.once("SIGUSR2", () => print());
    child.once("close", print);`;
    const asking = execa(process.execPath, [...preload.args, "-e", program, JSON.stringify(args)], {
      input,
      env: { ...preload.env, ...env },
    });
    if (until !== undefined) {
      await Promise.race([until(), asking]);
      asking.kill("SIGUSR2");
    }
    return JSON.parse((await asking).stdout) as ClientResult;
  }

  describe("the docker client's answers", () => {
    test.each<[string, () => string[]]>([
      ["-v", () => ["-v"]],
      ["version", () => ["version", "--format", "{{.Server.Version}}"]],
      ["ps", () => ["ps", "-q", "-a", "--filter", `label=${label}`, "--filter", "label=cowork.odd=a b,c"]],
      ["ps of none", () => ["ps", "-q", "-a", "--filter", "label=cowork.test=there-is-none"]],
    ])("%s is answered exactly like the client", async (_, args) => {
      expect(await ask(args())).toEqual({ ...(await client(args())), clients: started });
    });

    test.each<[string, () => string[]]>([
      ["image", () => ["inspect", "--type", "image", testBaseImage]],
      ["container", () => ["inspect", "--type", "container", id]],
    ])("inspect --type %s has the same content as the client's", async (_, args) => {
      const [result, real] = [await ask(args()), await client(args())];
      expect(result).toMatchObject({ code: 0, stderr: "", clients: started });
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
      const nowhere = started === 0 ? { COWORK_ENGINE_SOCKET: "/nowhere/docker.sock" } : {};
      expect(await ask(args, { env: nowhere })).toEqual({ ...(await client(args)), clients: 1 });
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
    ])("%s: same result as the client", async (_, args, input) => {
      const [result, real] = [await ask(args(), { input }), await client(args(), input)];
      expect(result.stdout.length).toBe(real.stdout.length);
      expect(result).toEqual({ ...real, clients: started });
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
      expect((await execa(process.execPath, [...preload.args, "-e", program], { env: preload.env })).stdout).toBe(
        "null SIGKILL",
      );
    });
  });

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
      (
        await execa("docker", [
          "ps",
          "-q",
          "--no-trunc",
          "-l",
          "--filter",
          `label=${label}`,
          "--filter",
          "status=running",
        ])
      ).stdout;

    test.each([
      ["the arguments of a dev container", []],
      ["the host name that cowork adds", ["--hostname=some-session"]],
      [
        "the arguments that features need",
        ["--init", "--privileged", "--cap-add", "SYS_PTRACE", "--cap-add", "NET_ADMIN"],
      ],
    ])("%s: creates the same container as the client", async (_, more) => {
      const before = await newest();
      const result = await ask(words(...more), { until: () => expect.poll(newest).not.toBe(before) });
      expect(result).toMatchObject({ stderr: "", clients: started });
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
      [
        "a program that cannot be started",
        () => ["run", "-l", label, "--entrypoint", "/no/such/program", testBaseImage],
      ],
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
      expect(await ask(args, { env: { COWORK_DOCKER_RUN: undefined } })).toMatchObject({ code: 0, clients: 1 });
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
    const listening = execa(process.execPath, [...preload.args, "-e", program], { env: preload.env });
    await new Promise((resolve) => listening.stdout.once("data", resolve));
    await runContainer({ labels: { "cowork.test": "docker-answers", "cowork.name": "docker-answers-late" } });
    expect((await listening).stdout).toBe("listening\nstart SIGKILL");
  });

  test("devcontainer up creates a container and runs postCreateCommand", async () => {
    const folder = await temporaryFolder();
    const ctx = connectContext(folder, { env: { ...process.env, ...switchedOff } });
    const workspace = join(folder, "workspace");
    await mkdir(workspace);
    const config = { image: testBaseImage, postCreateCommand: "echo made > /tmp/made" };
    await writeFile(join(workspace, ".devcontainer.json"), JSON.stringify(config));
    const labels = ["--id-label", label, "--id-label", `cowork.case=${started}`];
    const args = ["up", "--workspace-folder", workspace, ...labels];
    const outcome = await runCli(ctx, { args, cwd: workspace, logFile: join(folder, "up.log"), offline: true });
    expect(outcome).toMatchObject({ ok: true, result: { outcome: "success" } });
    const container = outcome.result?.["containerId"] as string;
    expect((await execa("docker", ["exec", container, "cat", "/tmp/made"])).stdout).toBe("made");
  });
});

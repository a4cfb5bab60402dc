import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testBaseImage } from "../support/engine.ts";
import { removeContainers, runContainer } from "../support/engine-fixture.ts";
import { tree } from "../support/tree.ts";

// What @devcontainers/cli is told in the docker client's place has to be what the client says.

const answers = join(tree, "templates", "devcontainers-cli", "docker-answers.cjs");
const label = "cowork.test=docker-answers";
let id: string;
let clientVersion: string;
beforeAll(async () => {
  id = await runContainer({ labels: { "cowork.test": "docker-answers", "cowork.odd": "a b,c" } });
  clientVersion = `${(await execa("docker", ["-v"])).stdout}\n`;
});
afterAll(() => removeContainers(label));

interface Said {
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** how often the real client was started */
  clients: number;
}

/** Runs a program that starts `docker` as @devcontainers/cli does. */
async function ask(args: readonly string[], socket = "/var/run/docker.sock"): Promise<Said> {
  const program = `
    const child_process = require("node:child_process");
    const [args] = process.argv.slice(1);
    let clients = 0;
    const { ChildProcess } = child_process;
    const { spawn } = ChildProcess.prototype;
    ChildProcess.prototype.spawn = function (options) { clients++; return spawn.call(this, options); };
    const child = child_process.spawn("docker", JSON.parse(args), { windowsHide: true });
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (said.stdout += chunk));
    child.stderr.on("data", (chunk) => (said.stderr += chunk));
    child.once("close", (code) => console.log(JSON.stringify({ code, ...said, clients })));`;
  const env = { COWORK_ENGINE_SOCKET: socket, COWORK_DOCKER_VERSION: clientVersion };
  const { stdout } = await execa(process.execPath, ["--require", answers, "-e", program, JSON.stringify(args)], {
    env,
  });
  return JSON.parse(stdout) as Said;
}

async function client(args: readonly string[]): Promise<Omit<Said, "clients">> {
  const { exitCode: code, stdout, stderr } = await execa("docker", args, { reject: false, stripFinalNewline: false });
  return { code, stdout, stderr };
}

describe("the docker client's answers", () => {
  test.each<[string, () => string[]]>([
    ["-v", () => ["-v"]],
    ["version", () => ["version", "--format", "{{.Server.Version}}"]],
    ["ps", () => ["ps", "-q", "-a", "--filter", `label=${label}`, "--filter", "label=cowork.odd=a b,c"]],
    ["ps of none", () => ["ps", "-q", "-a", "--filter", "label=cowork.test=there-is-none"]],
  ])("%s, to the letter and without it", async (_, args) => {
    expect(await ask(args())).toEqual({ ...(await client(args())), clients: 0 });
  });

  test.each<[string, () => string[]]>([
    ["image", () => ["inspect", "--type", "image", testBaseImage]],
    ["container", () => ["inspect", "--type", "container", id]],
  ])("inspect of an %s, by content", async (_, args) => {
    const [said, real] = [await ask(args()), await client(args())];
    expect(said).toMatchObject({ code: 0, stderr: "", clients: 0 });
    expect(JSON.parse(said.stdout)).toEqual(JSON.parse(real.stdout));
  });

  test.each<[string, string[]]>([
    ["what is not there", ["inspect", "--type", "image", "no-such-image:none"]],
    ["what it does not know", ["ps", "-q", "-a", "--filter", "status=running", "--filter", `label=${label}`]],
    ["another format", ["inspect", "--type", "image", testBaseImage, "--format", "{{.Id}}"]],
  ])("%s: the client is asked", async (_, args) => {
    expect(await ask(args)).toEqual({ ...(await client(args)), clients: 1 });
  });

  test("an engine that does not answer: the client is asked", async () => {
    const args = ["version", "--format", "{{.Server.Version}}"];
    expect(await ask(args, "/nowhere/docker.sock")).toEqual({ ...(await client(args)), clients: 1 });
  });
});

test("containers that start are told until the program has heard enough", async () => {
  const program = `
    const child = require("node:child_process").spawn("docker", ["events", "--format", "{{json .}}", "--filter", "event=start"]);
    child.stdout.on("data", (chunk) => {
      if (!String(chunk).includes("docker-answers-late")) return;
      child.once("close", (code, signal) => console.log(JSON.parse(String(chunk).trim().split("\\n").at(-1)).status, signal));
      child.kill("SIGKILL");
    });
    console.log("listening");`;
  const env = { COWORK_ENGINE_SOCKET: "/var/run/docker.sock", COWORK_DOCKER_VERSION: clientVersion };
  const listening = execa(process.execPath, ["--require", answers, "-e", program], { env });
  await new Promise((resolve) => listening.stdout.once("data", resolve));
  await runContainer({ labels: { "cowork.test": "docker-answers", "cowork.name": "docker-answers-late" } });
  expect((await listening).stdout).toBe("listening\nstart SIGKILL");
});

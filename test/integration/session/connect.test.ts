import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { processesIn, removeContainers, runContainer } from "../../support/engine/engine-fixture.ts";
import { tree } from "../../support/git/tree.ts";

const program = join(tree, "test/support/connect-here.ts");
const waiting = { timeout: 20_000, interval: 50 };
let container: string;

beforeAll(async () => {
  container = await runContainer({ labels: { "cowork.test": "connect" } });
  const setUp =
    "useradd -m -s /bin/bash dev && mkdir '/work folder' && chown dev '/work folder' && echo 'alias hello=\"echo from-bashrc\"' >> /home/dev/.bashrc";
  await execa("docker", ["exec", container, "sh", "-c", setUp]);
});
afterAll(() => removeContainers("cowork.test=connect"));

const running = async (text: string): Promise<boolean> => (await processesIn(container)).some((line) => line === text);

interface Result {
  code: number | null;
  stdout: Buffer;
  stderr: Buffer;
}

async function connect(command: readonly string[], input: Uint8Array | string = ""): Promise<Result> {
  const child = spawn(process.execPath, [program, "/nowhere", container, ...command]);
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, "close") as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}

describe("a command without a terminal", () => {
  test("runs as the remote user in the workspace folder with its environment, and its exit code is returned", async () => {
    const script =
      'id -un; pwd; echo "$MARK $PATH $HOME ${TERM-none} $LANG"; printf "[%s]" "$@"; echo wrong >&2; exit 7';
    const { code, stdout, stderr } = await connect(["sh", "-c", script, "sh", "a b", "", "'\"$x;"]);
    expect([code, stdout.toString(), stderr.toString()]).toEqual([
      7,
      "dev\n/work folder\nseen /extra:/usr/bin:/bin /home/dev none C.UTF-8\n[a b][]['\"$x;]",
      "wrong\n",
    ]);
  });

  test("passes 1 MB through in both directions, byte for byte", async () => {
    const data = randomBytes(1_048_576);
    const { code, stdout } = await connect(["cat"], data);
    expect(code).toBe(0);
    expect(stdout.equals(data)).toBe(true);
  });

  test("sees the end of empty input", async () => {
    const { stdout } = await connect(["wc", "-c"]);
    expect(stdout.toString().trim()).toBe("0");
  });

  test("returns a shell's exit codes for signals and missing commands", async () => {
    expect((await connect(["sh", "-c", "kill -TERM $$"])).code).toBe(143);
    expect((await connect(["no-such-command"])).code).toBe(127);
  });

  test("is a shell that reads commands from stdin if none is given", async () => {
    const { code, stdout } = await connect([], "echo $0 $SHELL\nexit 5\n");
    expect([code, stdout.toString()]).toEqual([5, "/bin/bash /bin/bash\n"]);
  });

  test("gets SIGTERM when the caller does, and has time to end", async () => {
    const script = "trap 'echo ending; sleep 0.5; echo ended; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    const child = spawn(process.execPath, [program, "/nowhere", container, "sh", "-c", script]);
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => (seen += chunk.toString()));
    await vi.waitFor(() => expect(seen).toContain("ready"), waiting);
    child.kill("SIGTERM");
    const [code] = (await once(child, "close")) as [number];
    expect([code, seen]).toEqual([143, "ready\nending\nended\n"]);
  });

  test("ends when its output pipe is closed", async () => {
    const command = `${process.execPath} ${program} /nowhere ${container} seq 1 99999999 | head -n 1`;
    const { stdout } = await execa("bash", ["-c", command]);
    expect(stdout).toBe("1");
    expect(await running("seq 1 99999999")).toBe(false);
  });

  test("reports a missing workspace folder", async () => {
    await execa("docker", ["exec", container, "mv", "/work folder", "/moved"]);
    try {
      const { code, stdout, stderr } = await connect(["true"]);
      expect([code, stdout.toString()]).toEqual([1, ""]);
      expect(stderr.toString()).toContain("/work folder");
    } finally {
      await execa("docker", ["exec", container, "mv", "/moved", "/work folder"]);
    }
  });
});

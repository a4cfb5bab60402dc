import { spawn } from "node:child_process";
import { join } from "node:path";
import { execa } from "execa";
import type { CoworkOptions, CoworkResult } from "../home/run-cowork.ts";
import { userEnvironment } from "../home/run-cowork.ts";
import type { RemoteMachine } from "./remote-machine.ts";

/** Something done to a command while it runs. */
export interface Interruption {
  /** output to wait for */
  at: RegExp;
  do: (kill: (signal: NodeJS.Signals) => void) => unknown;
}

/** Runs cowork and performs each interruption once, in order, when its output appears. Throws if an output never appears. */
export async function runInterrupted(
  args: readonly string[],
  { home, cwd, env }: Pick<CoworkOptions, "home" | "cwd" | "env">,
  interruptions: readonly Interruption[],
): Promise<CoworkResult> {
  const child = spawn(join(home.bin, "cowork"), [...args], {
    cwd,
    env: userEnvironment(home, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const left = [...interruptions];
  const done: Promise<unknown>[] = [];
  const output = { stdout: "", stderr: "", all: "" };
  let from = 0;
  const onData = (which: "stdout" | "stderr") => (chunk: Buffer) => {
    output[which] += chunk.toString();
    output.all += chunk.toString();
    for (let next = left[0]; next !== undefined && next.at.test(output.all.slice(from)); next = left[0]) {
      left.shift();
      from = output.all.length;
      const doing = Promise.resolve(next.do((signal) => void child.kill(signal)));
      // It fails the test below, when the command has ended.
      doing.catch(() => undefined);
      done.push(doing);
    }
  };
  child.stdout.on("data", onData("stdout"));
  child.stderr.on("data", onData("stderr"));
  const limit = setTimeout(() => child.kill("SIGKILL"), 150_000);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  clearTimeout(limit);
  await Promise.all(done);
  if (left.length > 0) throw new Error(`the output never contained ${String(left[0]?.at)}:\n${output.all}`);
  return { code: code ?? (signal === "SIGKILL" ? 137 : 128), stdout: output.stdout, stderr: output.stderr };
}

// Kills sshd's processes for connections, but not the programs started in them: the same as when a network breaks.
const cut = [
  "below() { for c in $(pgrep -P $1 sshd); do below $c; echo $c; done; }",
  "for p in $(below $(cat /run/sshd.pid)); do kill -9 $p; done",
].join("; ");

/** Cuts every connection to a machine without notice, as soon as the shell line `when` succeeds there. */
export async function cutConnections(machine: RemoteMachine, when = "true"): Promise<void> {
  const { code, stderr } = await machine.sh(
    `for i in $(seq 3000); do if ${when}; then ${cut}; exit 0; fi; sleep 0.02; done; echo "never: ${when.replaceAll('"', "'")}" >&2; exit 1`,
  );
  if (code !== 0) throw new Error(stderr);
}

/** Pauses a machine with everything in it. The kernel cannot freeze processes that start others at that moment, so this tries again. */
export async function pauseMachine(container: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { exitCode, stderr } = await execa("docker", ["pause", container], { reject: false });
    if (exitCode === 0) return;
    if (tries === 10 || !stderr.includes("unable to freeze")) throw new Error(stderr);
  }
}

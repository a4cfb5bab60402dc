import { spawn } from "node:child_process";
import { join } from "node:path";
import type { CoworkOptions, CoworkResult } from "../home/run-cowork.ts";
import { userEnvironment } from "../home/run-cowork.ts";
import type { RemoteMachine } from "./remote-machine.ts";

/** What happens to a command on its way. */
export interface Blow {
  /** a line of what it says */
  at: RegExp;
  do: (kill: (signal: NodeJS.Signals) => void) => unknown;
}

/** Runs cowork, and does something to it when it says something; each blow once, in order. Fails where it never said so. */
export async function runAndStrike(
  args: readonly string[],
  { home, cwd, env }: Pick<CoworkOptions, "home" | "cwd" | "env">,
  blows: readonly Blow[],
): Promise<CoworkResult> {
  const child = spawn(join(home.bin, "cowork"), [...args], {
    cwd,
    env: userEnvironment(home, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const left = [...blows];
  const done: unknown[] = [];
  const said = { stdout: "", stderr: "", all: "" };
  let from = 0;
  const take = (which: "stdout" | "stderr") => (chunk: Buffer) => {
    said[which] += chunk.toString();
    said.all += chunk.toString();
    for (let next = left[0]; next !== undefined && next.at.test(said.all.slice(from)); next = left[0]) {
      left.shift();
      from = said.all.length;
      done.push(next.do((signal) => void child.kill(signal)));
    }
  };
  child.stdout.on("data", take("stdout"));
  child.stderr.on("data", take("stderr"));
  const limit = setTimeout(() => child.kill("SIGKILL"), 150_000);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  clearTimeout(limit);
  await Promise.all(done);
  if (left.length > 0) throw new Error(`it never said ${String(left[0]?.at)}:\n${said.all}`);
  return { code: code ?? (signal === "SIGKILL" ? 137 : 128), stdout: said.stdout, stderr: said.stderr };
}

// All that sshd has started for connections; what runs in them is left alone, as when a network breaks.
const cut = [
  "below() { for c in $(pgrep -P $1 sshd); do below $c; echo $c; done; }",
  "for p in $(below $(cat /run/sshd.pid)); do kill -9 $p; done",
].join("; ");

/** Ends every connection to a machine, at once and without a word, as soon as a shell line is true there. */
export async function cutConnections(machine: RemoteMachine, when = "true"): Promise<void> {
  const { code, stderr } = await machine.sh(
    `for i in $(seq 3000); do if ${when}; then ${cut}; exit 0; fi; sleep 0.02; done; echo "never: ${when.replaceAll('"', "'")}" >&2; exit 1`,
  );
  if (code !== 0) throw new Error(stderr);
}

import { execa } from "execa";

/** The machine that an account's sessions are on: this one, or one reached over SSH. */
export interface SessionMachine {
  /** name of the host in `--json` output */
  host: string;
  /** $COWORK_HOME of that machine */
  coworkHome: string;
  /** value of the label `cowork.home` */
  hash: string;
  /** Runs a shell line there as the tests' user; an exit code other than 0 is a result, not an error. */
  sh(line: string): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Runs `docker` there and returns the lines of its output. */
  docker(...args: string[]): Promise<string[]>;
}

/** This machine as the machine of an account's sessions. */
export function thisMachine(home: Pick<SessionMachine, "coworkHome" | "hash">): SessionMachine {
  const { coworkHome, hash } = home;
  return sessionMachine({ host: "local", coworkHome, hash }, async (line) => {
    const { exitCode, stdout, stderr } = await execa("bash", ["-c", line], { reject: false, stdin: "ignore" });
    return { code: exitCode ?? 128, stdout, stderr };
  });
}

export function sessionMachine(
  facts: Pick<SessionMachine, "host" | "coworkHome" | "hash">,
  sh: SessionMachine["sh"],
): SessionMachine {
  const docker = async (...args: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await sh(["docker", ...args].map(quoted).join(" "));
    if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
    return stdout.split("\n").filter((line) => line !== "");
  };
  return { ...facts, sh, docker };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

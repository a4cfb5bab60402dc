import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { realParts, type AppParts } from "../../../src/commands/process/app-parts.ts";
import { runCli } from "../../../src/commands/line/cli.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { fakeCaller, type FakeCaller, type FakeCallerOptions } from "../fakes/fake-caller.ts";
import { fakeHost } from "../fakes/fake-host.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
  /** calls of this machine's session host, and of remote ones prefixed with their name (`box init`) */
  calls: [name: string, ...args: unknown[]][];
  root: string;
  home: string;
}

export interface CommandSetting extends Partial<FakeCallerOptions> {
  answers?: Partial<SessionHost>;
  /** remote hosts by name; all are added except those in `unknown` */
  remotes?: Record<string, Partial<SessionHost>>;
  /** remote hosts that the user has not added */
  unknown?: string[];
  /** text of the project's configuration file; `tracked`: the file is committed */
  conf?: string;
  tracked?: boolean;
  outside?: boolean;
  /** adds files to the project and the home */
  prepare?: (place: { root: string; home: string }) => Promise<void>;
  onCaller?: (caller: FakeCaller) => void;
}

/** Runs a command line in this process, with a real project, configuration and terminal code, and fake session hosts. */
export async function runCommandLine(line: string | string[], setting: CommandSetting = {}): Promise<CommandResult> {
  const folder = await temporaryFolder();
  const root = join(folder, "app");
  const home = join(folder, "home");
  await mkdir(root);
  await mkdir(home);
  const git = (...args: string[]): void => {
    const identity = ["-c", "user.name=T", "-c", "user.email=t@example.invalid"];
    execFileSync("git", [...identity, ...args], { cwd: root, stdio: "pipe", env: { ...process.env, HOME: home } });
  };
  git("init", "-q", "-b", "main");
  await writeFile(join(root, "file"), "text\n");
  if (setting.conf !== undefined) {
    await mkdir(join(root, ".cowork"));
    await writeFile(join(root, ".cowork", ".cowork.conf"), setting.conf);
  }
  git("add", "file", ...(setting.tracked === true ? [".cowork"] : []));
  git("commit", "-q", "-m", "first");
  const added = Object.keys(setting.remotes ?? {}).filter((name) => setting.unknown?.includes(name) !== true);
  if (added.length > 0) {
    await mkdir(join(home, ".cowork"));
    const hosts = Object.fromEntries(added.map((name) => [name, { destination: name }]));
    await writeFile(join(home, ".cowork", "hosts.json"), JSON.stringify(hosts));
  }
  await setting.prepare?.({ root, home });
  const caller = fakeCaller({ cwd: setting.outside === true ? folder : root, home, ...setting });
  setting.onCaller?.(caller);
  const { host, calls } = fakeHost(setting.answers ?? {});
  const argv = typeof line === "string" ? line.split(" ") : line;
  const remotes = setting.remotes ?? {};
  const makeRemote: NonNullable<AppParts["makeRemote"]> = async (_ctx, name) => {
    const answers = remotes[name];
    if (answers === undefined) throw new CoworkError("HOST_UNREACHABLE", `${name} is not in reach.`);
    const remote = fakeHost(answers, (call, ...args) => calls.push([`${name} ${call}`, ...args]));
    return Object.assign(remote.host, { close: () => undefined });
  };
  const code = await runCli(argv, caller, { ...realParts, makeHost: async () => host, makeRemote });
  return { code, stdout: caller.stdout(), stderr: caller.stderr(), calls, root, home };
}

/** The text of a project's configuration file. */
export async function readConfOf(root: string): Promise<string> {
  return await readFile(join(root, ".cowork", ".cowork.conf"), "utf8");
}

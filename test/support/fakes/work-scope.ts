import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createContext } from "../../../src/app/create-context.ts";
import { openScope, type Scope } from "../../../src/app/scope.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { temporaryFolder } from "../home/temporary-folder.ts";
import { fakeHost } from "./fake-host.ts";
import { quickClock, type QuickClock } from "./quick-clock.ts";

export interface WorkScope {
  scope: Scope;
  clock: QuickClock;
  notes: string[];
  interrupt: () => void;
}

/** The scope of project app with fake hosts, on which waiting takes no time. @param sessions as `SESSIONS` has them */
export async function workScope(sessions: string, hosts: Record<string, Partial<SessionHost>>): Promise<WorkScope> {
  const folder = await temporaryFolder();
  const [root, home] = [join(folder, "app"), join(folder, "home")];
  await mkdir(join(root, ".cowork"), { recursive: true });
  await mkdir(home);
  await writeFile(join(root, ".cowork", ".cowork.conf"), `SESSIONS=${sessions}\n`);
  const added = Object.keys(hosts).filter((name) => name !== "local");
  await writeFile(
    join(home, "hosts.json"),
    JSON.stringify(Object.fromEntries(added.map((name) => [name, { destination: name }]))),
  );
  const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: string[]): void => void execFileSync("git", args, { cwd: root, env, stdio: "pipe" });
  git("init", "-q", "-b", "main");
  git("-c", "user.name=T", "-c", "user.email=t@example.invalid", "commit", "-q", "--allow-empty", "-m", "first");
  const clock = quickClock();
  const end = new AbortController();
  const made = createContext({
    home,
    env,
    identity: { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000, username: "person", homedir: folder },
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    signal: end.signal,
    report: () => undefined,
    makeQuestions: () => ({ ask: async () => null, askSecret: async () => undefined }),
  });
  const notes: string[] = [];
  const open = (name: string): SessionHost => {
    const answers = hosts[name];
    if (answers === undefined) throw new CoworkError("HOST_UNREACHABLE", `${name} is not in reach.`);
    return fakeHost(answers).host;
  };
  const makers = {
    makeHost: async () => open("local"),
    makeRemote: async (_: unknown, name: string) => Object.assign(open(name), { close: () => undefined }),
  };
  const { scope } = openScope(
    { ...made, clock },
    {
      folder: root,
      onlyHost: undefined,
      cpus: 4,
      makers,
      tell: (event) => void (event.type === "note" && notes.push(event.data.text)),
    },
  );
  // Loads what a first call loads, which would take time on the clock.
  await Promise.all([scope.settings(), import("../../../src/remote/hosts.ts")]);
  return { scope, clock, notes, interrupt: () => end.abort(new DOMException("", "AbortError")) };
}

import { execFile, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, copyFile, glob, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunRequest, RunView } from "../../../src/contract/work/run.ts";
import type { ExecLimits, ExecResult, ExecSpec } from "../../../src/engine/types.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { RunSession } from "../../../src/work/runs/types.ts";
import { runSession } from "../../../src/session/work/run-session.ts";
import { workPlace } from "../../../src/session/work/place.ts";
import { readRecord } from "../../../src/session/record/record.ts";
import { sessionId } from "../../../src/session/record/names.ts";
import { createRun } from "../../../src/work/runs/create-run.ts";
import { supervise } from "../../../src/work/runs/supervise/supervise.ts";
import type { RunTimes } from "../../../src/work/runs/supervise/supervised.ts";
import type { Context } from "../../../src/system/context.ts";
import { sessionHost, type SessionHost } from "../fakes/session-host.ts";
import { until } from "./until.ts";

/** Times of tests: everything that a person would wait for is short. */
export const quickTimes: RunTimes = {
  lookMs: 10,
  spentMs: 50,
  takeInMs: 50,
  graceMs: 60,
  stayMs: 300,
  interruptMs: 300,
  stallMs: 60_000,
  diskMs: 300,
  checkMs: 200,
};

/**
 * Runs in process: the engine is in memory, but the scripts that runs start in a container run on this machine, with a shell script in
 * place of the agent (`fake-agent.sh`).
 */
export interface RunHost extends Omit<SessionHost, "end"> {
  /** a request for a run of the session, with every default filled in */
  wanted(prompt: string, changes?: Partial<RunRequest>): RunRequest;
  create(name: string, request: RunRequest): Promise<RunView>;
  supervise(run: RunView, options?: { times?: Partial<RunTimes>; ctx?: Context }): Promise<RunView>;
  /** creates a run and supervises it to its end */
  run(name: string, prompt: string, changes?: Partial<RunRequest>, times?: Partial<RunTimes>): Promise<RunView>;
  session(name: string): Promise<RunSession>;
  /** lines that the agent was given, and its arguments, one line for each process */
  given(name: string, what: "lines" | "args"): Promise<string[]>;
  /** a file in a run's folder */
  file(run: RunView, name: string): Promise<string>;
  /** called before every exec of a run's script; what it throws, the exec throws */
  onExec: (script: string) => Promise<void> | void;
  end(): Promise<void>;
}

export async function runHost(): Promise<RunHost> {
  const base = await sessionHost();
  const { ctx, engine } = base;
  const logs = join(base.shop.root, "agent-logs");
  const program = join(base.shop.root, "bin", "claude");
  await mkdir(join(base.shop.root, "bin"), { mode: 0o755 });
  await copyFile(new URL("./fake-agent.sh", import.meta.url), program);
  await chmod(program, 0o755);
  const children = new Set<ChildProcess>();

  const inMemory = engine.exec.bind(engine);
  const onHost = async (id: string, spec: ExecSpec, limits: ExecLimits = {}): Promise<ExecResult> => {
    const [, , script = ""] = spec.command;
    if (!isOfRuns(spec)) return await inMemory(id, spec, limits);
    await host.onExec(script);
    const container = engine.containers.get(id);
    if (container?.state !== "running") throw new CoworkError("ENGINE_FAILED", `Container ${id} is not running`);
    const session = container.labels["cowork.session"] ?? "";
    const log = join(logs, session);
    await mkdir(log, { recursive: true });
    await chmod(log, 0o777);
    const clone = ctx.paths.clone(session);
    const words = spec.command.slice(1).map((word) =>
      word
        .replaceAll("/cowork/session/events", ctx.paths.events(session))
        .replaceAll("/cowork/auth", join(base.shop.root, "no-vault"))
        .replaceAll("/opt/cowork/bin/claude", program)
        .replaceAll(spec.workingDir === undefined || spec.workingDir === "/" ? "\0" : spec.workingDir, clone),
    );
    const cwd = spec.workingDir === "/" || spec.workingDir === undefined ? "/" : clone;
    return await run(words, { cwd, env: { ...base.shop.env, ...anyOwner, FAKE_LOG: log }, limits });
  };
  engine.exec = onHost;
  const asConnect = engine.attach.bind(engine);
  engine.attach = async (id, spec, io) => {
    if (!(spec.command[2] ?? "").includes("export COWORK_WHERE=")) return await asConnect(id, spec, io);
    const { code, stdout } = await inMemory(id, spec);
    io.stdout.write(stdout);
    return code;
  };

  const host: RunHost = {
    ...base,
    onExec: () => undefined,
    wanted: (prompt, changes = {}) => ({
      action: "implement",
      prompt,
      permissions: "edits",
      budget: 0,
      timeoutMs: 0,
      commit: "off",
      runs: 4,
      settings: base.settings,
      ...changes,
    }),
    create: async (name, request) => {
      const record = await readRecord(ctx, sessionId("app", name));
      if (record === undefined) throw new Error(`no session ${name}`);
      return await createRun(ctx, workPlace(record, undefined), request);
    },
    session: async (name) => {
      const record = await readRecord(ctx, sessionId("app", name));
      if (record === undefined) throw new Error(`no session ${name}`);
      return runSession(ctx, record, 1);
    },
    supervise: async (view, options = {}) => {
      const inner = options.ctx ?? ctx;
      const record = await readRecord(ctx, view.sessionId);
      if (record === undefined) throw new Error(`no session ${view.session}`);
      const times = { ...quickTimes, ...options.times };
      return await supervise(inner, runSession(inner, record, view.n), view.n, times);
    },
    run: async (name, prompt, changes = {}, times = {}) =>
      await host.supervise(await host.create(name, host.wanted(prompt, changes)), { times }),
    given: async (name, what) => {
      const text = await readFile(join(logs, sessionId("app", name), what), "utf8").catch(() => "");
      return text.split("\n").filter((line) => line !== "");
    },
    file: async (view, name) => await readFile(join(ctx.paths.run(view.sessionId, view.n), name), "utf8"),
    end: async () => {
      for (const child of children) child.kill("SIGKILL");
      for (const one of await startedInside(ctx.paths.stateRoot)) {
        killGroup(one);
        // A script that still writes would keep the folder from being removed.
        await until(() => groupOf(one) === undefined);
      }
      await base.end();
    },
  };
  return host;

  async function run(
    words: readonly string[],
    { cwd, env, limits }: { cwd: string; env: Record<string, string>; limits: ExecLimits },
  ): Promise<ExecResult> {
    return await new Promise((resolve, reject) => {
      const options = {
        cwd,
        env,
        timeout: limits.timeoutMs ?? 60_000,
        ...(limits.signal ? { signal: limits.signal } : {}),
      };
      const child = execFile("/bin/sh", words, options, (error, stdout, stderr) => {
        children.delete(child);
        if (error !== null && typeof error.code !== "number") reject(new CoworkError("ENGINE_FAILED", error.message));
        else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr, truncated: false });
      });
      children.add(child);
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(limits.input ?? "");
    });
  }
}

/** The scripts run as this user, to whom the session's folders are open; git refuses another one's clone otherwise. */
const anyOwner = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" };

/**
 * Scripts of runs, all of which concern only processes that the run started. Others would not find this machine as they expect it, or
 * would end processes of other people: without a process id, `agent-drain` ends every agent that it sees.
 */
function isOfRuns({ command: [, , script = "", ...words] }: ExecSpec): boolean {
  if (words[0] === "agent-drain") return /^\d+$/.test(words[6] ?? "");
  return ["agent-run", '"$d/in"', "/proc/$1"].some((part) => script.includes(part)) || script.startsWith("kill -KILL");
}

interface Started {
  pid: number;
  /** field 22 of /proc/PID/stat: tells the process from a later one with the same id */
  ticks: string;
}

/** Agents of runs that a test left: they are in sessions of their own. */
async function startedInside(stateRoot: string): Promise<Started[]> {
  const found: Started[] = [];
  for await (const path of glob(join(stateRoot, "*/events/run-*/pid"))) {
    const [pid = "", ticks = ""] = (await readFile(path, "utf8").catch(() => "")).trim().split(" ");
    if (/^\d+$/.test(pid)) found.push({ pid: Number(pid), ticks });
  }
  return found;
}

/** The process group of such an agent, which is that of its script; undefined: it has ended. */
function groupOf({ pid, ticks }: Started): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[19] === ticks && fields[0] !== "Z" ? Number(fields[2]) : undefined;
  } catch {
    return undefined;
  }
}

function killGroup(one: Started): void {
  const group = groupOf(one);
  if (group === undefined || group <= 1) return;
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has already ended.
  }
}

import { basename, join } from "node:path";
import { CoworkError, toCoworkError } from "../errors.ts";
import { ownCommand, steps } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, pathExists, writeFileAtomic } from "../system/files/files.ts";
import { plain, plainLines } from "../system/text.ts";
import { chownTree } from "../system/files/tree.ts";
import { isObject } from "./source/json.ts";
import { strings } from "./judge/judge-config.ts";
import type { DevcontainerPlan, Json } from "./types.ts";
import { folderName } from "./override/workspace.ts";

export interface InitializeRequest {
  id: string;
  /** session name, for progress and messages */
  name: string;
  plan: Pick<DevcontainerPlan, "config" | "subfolder">;
  /** name of the project's root folder */
  folder: string;
  /** the workspace folder in the container */
  workspace: string;
  /** absolute path of the clone; no container has seen it yet */
  clone: string;
}

type InitializeContext = Pick<Context, "paths" | "run" | "env" | "signal" | "report" | "clock" | "user">;

/**
 * Runs `initializeCommand` of a new session on the host, as the user who runs cowork: after the user has agreed to it, in the fresh
 * clone, and before any container of the session exists. It runs only once per session, because later the agent can change the
 * clone, and the agent's code must not run on the host. The output goes to the session's up log.
 * @returns false if there is nothing to run or it has already run
 * @throws UP_FAILED with the last lines, INTERRUPTED
 */
export async function runInitializeCommand(ctx: InitializeContext, request: InitializeRequest): Promise<boolean> {
  const { id, name, plan, clone } = request;
  const command = plan.config["initializeCommand"];
  const marker = join(ctx.paths.state(id), "initialized.json");
  const calls = command === undefined ? [] : planInitialize(command, substitution(request, ctx.env));
  if (calls.length === 0 || (await pathExists(marker))) return false;
  await ensureFolder(ctx.paths.logs(id), { mode: 0o700 });
  ctx.report({ session: name, step: "config", state: "note", detail: "running initializeCommand" });
  const results = await Promise.allSettled(calls.map((call) => runCall(ctx, request, call)));
  // Files that it made as root have to belong to the session's user.
  if (ctx.user.isRoot) await chownTree(clone, ctx.user.sessionUid, ctx.user.sessionGid);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw toCoworkError(failed.reason);
  await writeFileAtomic(marker, `${JSON.stringify({ at: ctx.clock.now().toISOString() })}\n`);
  return true;
}

export interface InitializeCall {
  /** its key, if the command is an object */
  name: string | undefined;
  file: string;
  args: string[];
}

/** A text is run by a shell, a list is a program with arguments, and an object is several commands that run in parallel. Pure. */
export function planInitialize(command: Json, substitute: (text: string) => string): InitializeCall[] {
  if (isObject(command)) {
    return Object.entries(command).flatMap(([name, one]) =>
      planInitialize(one, substitute).map((call) => ({ ...call, name })),
    );
  }
  if (typeof command === "string") {
    return command.trim() === "" ? [] : [{ name: undefined, file: "/bin/sh", args: ["-c", substitute(command)] }];
  }
  const [file, ...args] = strings(command).map(substitute);
  return file === undefined || file === "" ? [] : [{ name: undefined, file, args }];
}

/** Replaces the variables of devcontainer.json that have a value on the host, and keeps all others. */
function substitution(
  { plan, folder, workspace, clone }: InitializeRequest,
  env: Context["env"],
): (text: string) => string {
  const values: Record<string, string> = {
    localWorkspaceFolder: clone,
    containerWorkspaceFolder: workspace,
    containerWorkspaceFolderBasename: basename(workspace),
    localWorkspaceFolderBasename: folderName(folder, plan.subfolder),
  };
  return (text) =>
    text.replace(/\$\{(.*?)\}/g, (whole, variable: string) => {
      const [name = "", key = "", fallback = ""] = variable.split(":");
      if (name === "localEnv" || name === "env") return env[key] ?? fallback;
      return Object.hasOwn(values, name) ? (values[name] ?? whole) : whole;
    });
}

/** The clone belongs to the session's user. Git, run as root, would report "dubious ownership". */
function trustClone(env: Context["env"], clone: string): Record<string, string> {
  const before = Number.parseInt(env["GIT_CONFIG_COUNT"] ?? "", 10) || 0;
  return {
    GIT_CONFIG_COUNT: `${before + 1}`,
    [`GIT_CONFIG_KEY_${before}`]: "safe.directory",
    [`GIT_CONFIG_VALUE_${before}`]: clone,
  };
}

async function runCall(ctx: InitializeContext, request: InitializeRequest, call: InitializeCall): Promise<void> {
  const { id, name, clone, plan } = request;
  const folder = join(clone, plan.subfolder ?? "");
  const log = ctx.paths.upLog(id);
  const tail: string[] = [];
  const { code } = await ctx.run(call.file, call.args, {
    cwd: folder,
    env: { ...ctx.env, PWD: folder, ...trustClone(ctx.env, clone) },
    signal: ctx.signal,
    outputFile: log,
    onLine: (line) => {
      tail.push(line);
      if (tail.length > 10) tail.shift();
      ctx.report({ session: name, step: "config", state: "note", detail: plain(line) });
    },
  });
  if (code === 0) return;
  const lastLine = plainLines(tail.join("\n"))
    .filter((line) => line !== "")
    .at(-1);
  const part = call.name === undefined ? "" : ` (${plain(call.name)})`;
  throw new CoworkError(
    "UP_FAILED",
    `initializeCommand${part} of ${name} failed with exit code ${code}${lastLine === undefined ? "" : `: ${lastLine.trim()}`}.`,
    {
      hint: steps`${ownCommand("logs", name)}, then try again: ${ownCommand("init", name)}`,
      detail: plainLines(tail.join("\n")).join("\n"),
    },
  );
}

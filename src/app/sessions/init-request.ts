import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import type { AgentId } from "../../contract/agents.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { plain, plainLines } from "../../system/text.ts";
import type { Project } from "../../project/types.ts";
import type { InitRequest } from "../../session/types.ts";
import type { HostGroup } from "../hosts.ts";
import { withAgent } from "../work/agent-choice.ts";
import { emitNote } from "./outcomes.ts";
import type { Scope } from "../scope.ts";

/** The options of `init`. */
export interface InitOptions {
  /** empty: the sessions in the project's `.cowork.conf` */
  names: readonly string[];
  from: string | undefined;
  branch: string | undefined;
  config: string | undefined;
  baseImage: string | undefined;
  noStart: boolean;
  carry: boolean;
  /** the agent that the user named */
  agent?: AgentId | undefined;
}

/** The given names, else those in the project's `.cowork.conf`; validated, without duplicates. */
export async function initNames(scope: Scope, project: Project, args: readonly string[]): Promise<string[]> {
  const { checkSessionName, nameKey } = await import("../../session/record/names.ts");
  const names = args.length > 0 ? args : await namesOfConf(scope, project);
  if (names.length === 0) {
    throw usageError("No session was named, and the project's .cowork.conf lists none.", "cowork init <name>");
  }
  for (const name of names) checkSessionName(name);
  return [...new Map(names.map((name) => [nameKey(name), name])).values()];
}

async function namesOfConf(scope: Scope, project: Project): Promise<string[]> {
  const [{ readSessions }, { hostOfEntry }] = await Promise.all([
    import("../../project/sessions-index.ts"),
    import("../hosts.ts"),
  ]);
  const only = scope.onlyHost;
  const entries = await readSessions(scope.ctx, project);
  return entries.filter((entry) => only === undefined || hostOfEntry(entry) === only).map(({ name }) => name);
}

/**
 * Splits a request by host. Names are unique across hosts: a session that exists on one host is not created on another.
 * @throws SESSION_EXISTS
 */
export async function groupRequest(
  scope: Scope,
  request: InitRequest,
): Promise<(HostGroup & { request: InitRequest })[]> {
  const { groupByHost, readIndex, indexedHost } = await import("../hosts.ts");
  const names = request.sessions.map(({ name }) => name);
  const groups = await groupByHost(scope, { project: request.project, names });
  const index = await readIndex(scope);
  return groups.map((group) => {
    const sessions = request.sessions.filter(({ name }) => group.selector.names?.includes(name) === true);
    for (const { name } of sessions) {
      const known = indexedHost(index, name);
      if (known !== undefined && known !== group.host) throw elsewhere(name, known);
    }
    return { ...group, request: { ...request, sessions } };
  });
}

function elsewhere(name: string, host: string): CoworkError {
  return new CoworkError("SESSION_EXISTS", `Session ${name} already exists on ${plain(host)}.`, {
    hint: `cowork connect ${name}, or choose another name`,
  });
}

/** Notes about the project for the user, before its sessions are created. */
export function projectNotes({ facts, notes }: Project): string[] {
  const credentials = "the URL of the project's origin has credentials; sessions get the URL without them";
  const { name, email } = facts.gitIdentity;
  const noIdentity =
    'git has no user.name and user.email, so commits in sessions will fail. Set them: `git config --global user.name "Your Name"` and `git config --global user.email you@example.org`';
  return [
    ...notes,
    ...(facts.originHadCredentials ? [credentials] : []),
    ...(name === undefined || email === undefined ? [noIdentity] : []),
  ];
}

/** Builds the request that `init` sends to a host. */
export async function makeRequest(
  scope: Scope,
  project: Project,
  names: readonly string[],
  options: InitOptions,
): Promise<InitRequest> {
  const { planStarts } = await import("../../project/plan-start.ts");
  const { ctx } = scope;
  const { settings: resolved } = await scope.resolve({
    askTrust: true,
    flags: { BASE_IMAGE: options.baseImage, DEVCONTAINER: options.config, AGENT: options.agent },
  });
  const settings = withAgent(resolved, options.agent);
  const wanted = {
    branchPrefix: settings.branchPrefix,
    ...(options.branch === undefined ? {} : { branch: options.branch }),
    ...(options.from === undefined ? {} : { from: options.from }),
  };
  const { findConfigs } = await import("../../project/find-configs.ts");
  // At the same time: each of them waits for git.
  const [starts, surroundings] = await Promise.all([
    planStarts(
      ctx,
      project,
      names.map((name) => ({ name, ...wanted })),
    ),
    findConfigs(ctx, project, scope.folder),
  ]);
  const sessions = names.flatMap((name, n) => (starts[n] === undefined ? [] : [{ name, start: starts[n] }]));
  const { checkBranches } = await import("../../project/branch-notes.ts");
  for (const note of await checkBranches(ctx, project, sessions)) emitNote(scope, note);
  const configName = options.config ?? settings.devcontainer;
  return {
    project: project.facts,
    source: project.source,
    sessions,
    settings,
    options: {
      noStart: options.noStart,
      ...(configName === undefined ? {} : { configName }),
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      ...surroundings,
    },
    carry: await planCarried(ctx, project, { copy: settings.copy, changes: options.carry }),
  };
}

async function planCarried(
  ctx: Context,
  project: Project,
  wanted: { copy: readonly string[]; changes: boolean },
): Promise<InitRequest["carry"]> {
  const [{ planCarry }, { root }] = [await import("../../clone/make/carry.ts"), project.facts];
  const plan = await planCarry(ctx, root, { copy: wanted.copy, include: await mayInclude(ctx, project) });
  if (!wanted.changes) return { root, ...plan };
  const { planChanges } = await import("../../clone/make/carry-changes.ts");
  const changes = await planChanges(ctx, root);
  return { root, files: plan.files, notes: [...plan.notes, ...changes.notes], changes };
}

/** A `.worktreeinclude` that git tracks comes from the repository and names files of the user to copy, so it needs trust. */
async function mayInclude(ctx: Context, { facts }: Project): Promise<boolean> {
  const { readInclude, includeFile } = await import("../../clone/make/carry.ts");
  const found = await readInclude(ctx, facts.root);
  if (found !== "tracked") return found === "own";
  const [{ agree, findingsHash }, { readFile }] = await Promise.all([
    import("../../session/lifecycle/trust.ts"),
    import("node:fs/promises"),
  ]);
  const patterns = plainLines(await readFile(join(facts.root, includeFile), "utf8"));
  const why = "copies your untracked files that match into the sessions";
  const wanted = patterns.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const findings = wanted.map((what) => ({ where: includeFile, what, why }));
  await agree(ctx, facts, { findings, hash: findingsHash(findings) });
  return true;
}

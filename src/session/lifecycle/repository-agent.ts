import { findAgent } from "../../agent/catalog.ts";
import type { RepositoryRequest } from "../../agent/repository.ts";
import { changeRules } from "../../agent/rules.ts";
import type { ConfigSource } from "../../devcontainer/types.ts";
import type { ProjectFacts } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { SessionRecord } from "../record/record.ts";
import { findingsHash } from "./trust.ts";

/** What the repository asks of the agent in sessions that start from a commit, and whether the user agreed. */
export interface AgentAgreement extends Pick<RepositoryRequest, "rules"> {
  repository: "agreed" | "refused" | "none";
}

/**
 * Reads the agent's settings in the repository, and asks whether they shall count. A no is not an error: the session works without them.
 * @param source the commit that the session starts from
 */
export async function askForAgentSettings(
  ctx: Context,
  project: Pick<ProjectFacts, "name" | "root">,
  agentId: string,
  source: ConfigSource,
): Promise<AgentAgreement> {
  const { findings, rules } = await readRepository(agentId, source);
  if (findings.length === 0) return { rules, repository: "none" };
  const { name, root } = project;
  const hash = findingsHash(findings);
  const yes = await ctx.ask({ kind: "trust", about: "agent", project: name, projectRoot: root, hash, findings });
  return { rules, repository: yes === true ? "agreed" : "refused" };
}

async function readRepository(agentId: string, source: ConfigSource): Promise<RepositoryRequest> {
  const reader = findAgent(agentId)?.repository;
  if (reader === undefined) return { findings: [], rules: { allow: [], deny: [], ask: [] } };
  const contents = new Map<string, string>();
  const listed = await Promise.all((reader.folders ?? []).map(async (folder) => await filesIn(source, folder)));
  for (const path of [...reader.files, ...listed.flat(), ...(await nestedFiles(reader.files, source))]) {
    if (contents.size > maxFiles) {
      contents.set(path, "");
      break;
    }
    const bytes = await source.read(path);
    if (bytes !== undefined) contents.set(path, new TextDecoder().decode(bytes));
    // The agent would follow the link to a file that is not read here.
    else if ((await source.stat(path)) === "link") contents.set(path, "");
  }
  return reader.read(contents);
}

/** A folder that is a link counts as a file that cannot be read: the agent would follow it. */
async function filesIn(source: ConfigSource, { path, ext }: { path: string; ext: string }): Promise<string[]> {
  const kind = await source.stat(path);
  if (kind !== "folder") return kind === undefined ? [] : [path];
  const names = await source.list(path);
  return names.filter((name) => name.endsWith(ext)).map((name) => `${path}/${name}`);
}

/** More of them are not read; the first that is not counts as one that cannot be read. */
const maxFiles = 200;

/** The same files below other folders: they count for an agent that works there. */
async function nestedFiles(files: readonly string[], source: ConfigSource): Promise<string[]> {
  const found = await Promise.all(files.map(async (path) => (await source.find?.(path)) ?? []));
  return [...new Set(found.flat())].toSorted();
}

/**
 * Writes what was decided into the session's own rules. What forbids something counts without agreement, too.
 * @returns notes for the user
 */
export async function recordAgentAgreement(
  ctx: Context,
  { id, agent: agentId }: Pick<SessionRecord, "id" | "agent">,
  { rules, repository }: AgentAgreement,
): Promise<string[]> {
  const agent = findAgent(agentId);
  if (agent === undefined) return [];
  const { allow, deny, ask, defaultMode } = rules;
  const isAgreed = repository === "agreed";
  await changeRules(ctx, agent, id, (before) => ({
    ...before,
    repository,
    deny: [...new Set([...before.deny, ...deny])],
    ask: [...new Set([...before.ask, ...ask])],
    ...(isAgreed ? { allow: [...new Set([...before.allow, ...allow])] } : {}),
    ...(isAgreed && defaultMode !== undefined ? { defaultMode } : {}),
  }));
  if (repository !== "refused") return [];
  return [
    `the repository's settings for ${plain(agent.title)} do not count: no rules, hooks and servers of its own, until you use --trust`,
  ];
}

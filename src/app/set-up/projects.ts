import { basename, resolve } from "node:path";
import { CoworkError, usageError } from "../../errors.ts";
import { findPlace, projectNameAt } from "../../project/find-place.ts";
import { forgetProject, knownProjects, rememberProject } from "../../project/known-projects.ts";
import { readRecords } from "../../session/record/records.ts";
import type { Context } from "../../system/context.ts";
import { entriesElsewhere } from "../find/known-sessions.ts";
import { pathExists } from "../../system/files/files.ts";
import { projectName } from "../../system/names.ts";
import { plain } from "../../system/text.ts";

/** A project that this machine knows: it was added, or has sessions. */
export interface KnownProject {
  name: string;
  root: string;
  /** number of sessions on this machine and, as far as its `.cowork.conf` lists them, on others */
  sessions: number;
  /** its folder exists */
  exists: boolean;
  /** where its sessions are, this machine first */
  hosts: string[];
}

/** Lists all known projects, sorted by name. Reads files only, no engine and no other machine. */
export async function listProjects(ctx: Context): Promise<KnownProject[]> {
  return (await readProjects(ctx)).map(toProject);
}

/** A project with its sessions, each as `name@host`. */
export interface ProjectSessions extends Pick<KnownProject, "name" | "root" | "exists"> {
  on: Set<string>;
}

/** @see listProjects */
export async function readProjects(ctx: Context): Promise<ProjectSessions[]> {
  const records = (await readRecords(ctx)).flatMap((entry) => ("record" in entry ? [entry.record] : []));
  const byRoot = Map.groupBy(records, ({ projectRoot }) => projectRoot);
  const roots = new Set([...byRoot.keys(), ...(await knownProjects(ctx))]);
  const projects = [...roots].map(async (root): Promise<ProjectSessions> => {
    const own = byRoot.get(root) ?? [];
    const exists = await pathExists(root);
    // None on other machines if the file cannot be read.
    const elsewhere = exists ? await entriesElsewhere(root).catch(() => []) : [];
    const on = new Set([...own, ...elsewhere].map((one) => onHost(one.name, "host" in one ? one.host : undefined)));
    return { name: own[0]?.project ?? (await nameOf(ctx, root)), root, exists, on };
  });
  return inOrder(await Promise.all(projects));
}

export function onHost(name: string, host = "local"): string {
  return `${name}@${host}`;
}

export function toProject({ on, ...project }: ProjectSessions): KnownProject {
  const hosts = [...new Set([...on].map((one) => one.slice(one.indexOf("@") + 1)))];
  const rank = (host: string): string => (host === "local" ? "" : host);
  return { ...project, sessions: on.size, hosts: hosts.toSorted((a, b) => rank(a).localeCompare(rank(b))) };
}

export function inOrder<T extends Pick<KnownProject, "name" | "root">>(projects: readonly T[]): T[] {
  return projects.toSorted((a, b) => a.name.localeCompare(b.name) || a.root.localeCompare(b.root));
}

/**
 * Adds the folder's project.
 * @param folder relative to `cwd`
 * @throws NOT_A_PROJECT, and what `findPlace` throws
 */
export async function addProject(ctx: Context, folder: string, cwd: string): Promise<KnownProject> {
  const { tree } = await findPlace(ctx, resolve(cwd, folder));
  await rememberProject(ctx, tree.root);
  return await projectAt(ctx, tree.root);
}

/**
 * Removes a project from the list. Its files are not changed.
 * @param word its name or its root, absolute or relative to `cwd`
 * @throws USAGE if none or several match, and if it has sessions
 */
export async function removeProject(ctx: Context, word: string, cwd: string): Promise<KnownProject> {
  const all = await listProjects(ctx);
  const [found, ...more] = all.filter(({ name, root }) => name === word || root === resolve(cwd, word));
  if (found === undefined) throw usageError(`Unknown project ${plain(word)}.`, "cowork projects");
  if (more.length > 0) {
    const places = [found, ...more].map(({ root }) => plain(root)).join(" or ");
    throw usageError(`${plain(word)} is ambiguous: ${places}.`, "pass the project's folder instead");
  }
  if (found.sessions > 0) {
    const count = `${found.sessions} ${found.sessions === 1 ? "session" : "sessions"}`;
    throw usageError(
      `${plain(found.name)} cannot be removed: it has ${count}.`,
      "run cowork clean in the project first",
    );
  }
  await forgetProject(ctx, found.root);
  return found;
}

async function projectAt(ctx: Context, root: string): Promise<KnownProject> {
  const found = (await listProjects(ctx)).find((one) => one.root === root);
  if (found === undefined) throw new CoworkError("INTERNAL", `${plain(root)} was not remembered.`);
  return found;
}

async function nameOf(ctx: Context, root: string): Promise<string> {
  // Without COWORK_PROJECT, which names the current project only.
  return await projectNameAt({ paths: ctx.paths, env: {} }, root).catch(() => projectName(basename(root)));
}

import { basename, resolve } from "node:path";
import { CoworkError } from "../../errors.ts";
import { confFileOf, findPlace, projectNameAt } from "../../project/find-place.ts";
import { forgetProject, knownProjects, rememberProject } from "../../project/known-projects.ts";
import { readSessions } from "../../project/sessions-index.ts";
import { readRecords } from "../../session/record/records.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import { projectName } from "../../system/names.ts";
import { plain } from "../../system/text.ts";

/** A project that this machine knows of: it was added, or has sessions. */
export interface KnownProject {
  name: string;
  root: string;
  /** on this machine and, as far as its conf names them, on others */
  sessions: number;
  /** its folder is there */
  exists: boolean;
}

/** Every project of this home, by name. Reads files only; no engine and no other machine is asked. */
export async function listProjects(ctx: Context): Promise<KnownProject[]> {
  const records = (await readRecords(ctx)).flatMap((entry) => ("record" in entry ? [entry.record] : []));
  const byRoot = Map.groupBy(records, ({ projectRoot }) => projectRoot);
  const roots = new Set([...byRoot.keys(), ...(await knownProjects(ctx))]);
  const projects = [...roots].map(async (root): Promise<KnownProject> => {
    const own = byRoot.get(root) ?? [];
    const exists = await pathExists(root);
    return {
      name: own[0]?.project ?? (await nameOf(ctx, root)),
      root,
      sessions: own.length + (exists ? await sessionsElsewhere(root) : 0),
      exists,
    };
  });
  return (await Promise.all(projects)).toSorted((a, b) => a.name.localeCompare(b.name) || a.root.localeCompare(b.root));
}

/**
 * Remembers the project that the folder lies in.
 * @param folder from `cwd`
 * @throws NOT_A_PROJECT, and what `findPlace` throws
 */
export async function addProject(ctx: Context, folder: string, cwd: string): Promise<KnownProject> {
  const { tree } = await findPlace(ctx, resolve(cwd, folder));
  await rememberProject(ctx, tree.root);
  return await projectAt(ctx, tree.root);
}

/**
 * Forgets a project. Nothing of it is touched.
 * @param word its name, or its root, perhaps from `cwd`
 * @throws USAGE when it could be several or none, and while it has sessions
 */
export async function removeProject(ctx: Context, word: string, cwd: string): Promise<KnownProject> {
  const all = await listProjects(ctx);
  const [found, ...more] = all.filter(({ name, root }) => name === word || root === resolve(cwd, word));
  if (found === undefined)
    throw new CoworkError("USAGE", `There is no project ${plain(word)}.`, { hint: "cowork projects" });
  if (more.length > 0) {
    const places = [found, ...more].map(({ root }) => plain(root)).join(" or ");
    throw new CoworkError("USAGE", `${plain(word)} could be ${places}.`, { hint: "name its folder" });
  }
  if (found.sessions > 0) {
    const count = `${found.sessions} ${found.sessions === 1 ? "session" : "sessions"}`;
    throw new CoworkError("USAGE", `${plain(found.name)} has ${count} and stays known as long as it has.`, {
      hint: "remove them first: cowork clean, in the project",
    });
  }
  await forgetProject(ctx, found.root);
  return found;
}

async function projectAt(ctx: Context, root: string): Promise<KnownProject> {
  const found = (await listProjects(ctx)).find((one) => one.root === root);
  if (found === undefined) throw new CoworkError("INTERNAL", `${plain(root)} was not remembered.`);
  return found;
}

/** Those that the project's conf names on other machines. A conf that cannot be read names none. */
async function sessionsElsewhere(root: string): Promise<number> {
  try {
    const entries = await readSessions(undefined, { confFile: confFileOf(root) });
    return entries.filter(({ host }) => host !== undefined && host !== "local").length;
  } catch {
    return 0;
  }
}

async function nameOf(ctx: Context, root: string): Promise<string> {
  // COWORK_PROJECT names the project that one stands in.
  return await projectNameAt({ paths: ctx.paths, env: {} }, root).catch(() => projectName(basename(root)));
}

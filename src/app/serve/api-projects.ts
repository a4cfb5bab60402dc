import { createHash } from "node:crypto";
import type { ListedProject } from "../../contract/http/places.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../scope.ts";
import { listProjects, type KnownProject } from "../set-up/projects.ts";
import { projectsOnHosts } from "../set-up/projects-on-hosts.ts";

/** Derived from name and folder: a request names a project by it and never by a path. */
export function projectId({ name, root }: Pick<KnownProject, "name" | "root">): string {
  return `${name}.${createHash("sha256").update(root).digest("hex").slice(0, 8)}`;
}

/** The projects of this machine and of its hosts, with ids. */
export async function listApiProjects(scope: Scope): Promise<ListedProject[]> {
  return (await projectsOnHosts(scope)).map((one) => {
    const { name, root, sessions, hosts, exists } = one;
    return { id: projectId(one), name, root, sessions, hosts, exists };
  });
}

/** The folder of a project that this machine knows. @throws NOT_A_PROJECT */
export async function projectRoot({ ctx }: Pick<Scope, "ctx">, id: string): Promise<string> {
  const found = (await listProjects(ctx)).find((one) => projectId(one) === id);
  if (found?.exists === true) return found.root;
  const why = found === undefined ? "is not known on this machine" : "has no folder any more";
  throw new CoworkError("NOT_A_PROJECT", `Project ${plain(id)} ${why}.`, { hint: "cowork projects" });
}

import { toCoworkError } from "../../errors.ts";
import { adviceFrom } from "../../session/checks/advice.ts";
import type { Check } from "../../session/session-host.ts";
import type { Scope } from "../scope.ts";

/** Checks the current project and its configuration, which hosts do not know. Empty outside of a project. */
export async function checkProject(scope: Scope): Promise<Check[]> {
  const title = "Project";
  try {
    const project = await scope.findProject();
    if (project === undefined) return [];
    const { resolved } = await scope.resolve();
    const own = resolved.filter(({ origin }) => origin === "project").map(({ key }) => key);
    const says = own.length === 0 ? "nothing configured" : `configures ${own.join(", ")}`;
    return [{ title, status: "ok", detail: `${project.facts.name} (${project.facts.root}), ${says}` }];
  } catch (error) {
    const known = toCoworkError(error);
    return [{ title, status: "problem", detail: known.message, ...adviceFrom(known) }];
  }
}

import { toCoworkError } from "../../errors.ts";
import type { Check } from "../../session/session-host.ts";
import type { Scope } from "../scope.ts";

/** What only the user's side knows: the project that `doctor` was called in, and its configuration. None outside of one. */
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
    const { message, hint } = toCoworkError(error);
    return [{ title, status: "problem", detail: message, ...(hint === undefined ? {} : { fix: hint }) }];
  }
}

import { usageError } from "../../errors.ts";
import type { Scope } from "../scope.ts";

/**
 * Writes the default dev container to the project. Sessions start from commits, so the user has to commit it next.
 * @returns the paths of the files
 */
export async function writeConfig(
  scope: Scope,
  request: { names: readonly string[]; baseImage: string | undefined },
): Promise<string[]> {
  const { facts } = await scope.project();
  if (request.names.length > 0) {
    throw usageError(
      "--write-config does not create sessions: sessions start from a commit, and the files are not committed yet.",
      "run cowork init --write-config without names, then commit the files",
    );
  }
  const { writeTemplate } = await import("../../devcontainer/image/template.ts");
  const { settings } = await scope.resolve({ askTrust: true, flags: { BASE_IMAGE: request.baseImage } });
  const base = settings.baseImage === undefined ? {} : { base: settings.baseImage };
  return await writeTemplate(facts.root, { name: facts.name, ...base });
}

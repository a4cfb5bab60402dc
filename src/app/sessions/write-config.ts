import { usageError } from "../../errors.ts";
import type { Scope } from "../scope.ts";

/**
 * cowork's template becomes the project's own configuration. Sessions start from commits, so it has to be committed next.
 * @returns the files
 */
export async function writeConfig(
  scope: Scope,
  request: { names: readonly string[]; baseImage: string | undefined },
): Promise<string[]> {
  const { facts } = await scope.project();
  if (request.names.length > 0) {
    throw usageError(
      "--write-config makes no session: sessions start from a commit, and this is not in one yet.",
      "cowork init --write-config, without names; then commit it",
    );
  }
  const { writeTemplate } = await import("../../devcontainer/image/template.ts");
  const { settings } = await scope.resolve({ askTrust: true, flags: { BASE_IMAGE: request.baseImage } });
  const base = settings.baseImage === undefined ? {} : { base: settings.baseImage };
  return await writeTemplate(facts.root, { name: facts.name, ...base });
}

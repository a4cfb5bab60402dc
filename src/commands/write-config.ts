import type { Project } from "../project/types.ts";
import type { App } from "./app.ts";
import { usageError } from "./usage.ts";

/** `init --write-config`: the template becomes the project's own. Sessions start from commits, so that is the next step. */
export async function writeConfig(
  app: App,
  project: Project,
  request: { names: readonly string[]; base: string | undefined },
): Promise<number> {
  if (request.names.length > 0) {
    throw usageError(
      "--write-config makes no session: sessions start from a commit, and this is not in one yet.",
      "cowork init --write-config, without names; then commit it",
    );
  }
  const { writeTemplate } = await import("../devcontainer/template.ts");
  const { settings } = await app.resolve({ askTrust: true, flags: { BASE_IMAGE: request.base } });
  const base = settings.baseImage === undefined ? {} : { base: settings.baseImage };
  const written = await writeTemplate(project.facts.root, { name: project.facts.name, ...base });
  if (app.globals.json) return app.json({ written });
  for (const file of written) app.terminal.out(file);
  app.terminal.err('  Next: git add .devcontainer && git commit -m "Add a dev container", then cowork init <name>');
  return 0;
}

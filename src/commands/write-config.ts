import type { Project } from "../project/types.ts";
import type { App } from "./app.ts";

/** `init --write-config`: the template becomes the project's own configuration, to be committed and changed. */
export async function writeConfig(app: App, project: Project, base: string | undefined): Promise<number> {
  const { writeTemplate } = await import("../devcontainer/template.ts");
  const { root, name } = project.facts;
  const written = await writeTemplate(root, { name, ...(base === undefined ? {} : { base }) });
  if (app.globals.json) return app.json({ written });
  for (const path of written) app.terminal.out(path);
  app.terminal.err("  Next: look at them, commit them, then cowork init <name>");
  return 0;
}

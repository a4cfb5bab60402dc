import { defineCommand } from "./line/command.ts";
import { usageError } from "./line/usage.ts";

export const projectsCommand = defineCommand({
  name: "projects",
  group: "Set-up",
  summary: "list the projects that this machine knows, add or remove one",
  details: [
    "A project is known as soon as it has a session, or when it is added. remove forgets it and touches nothing in it; one that\n" +
      "has sessions stays known.",
  ],
  positionals: [
    { name: "action", summary: "list, add or remove (without one: list)", complete: ["list", "add", "remove"] },
    { name: "project", summary: "add: a folder in it (else: the current one); remove: its name or folder" },
  ],
  flags: {},
  examples: [
    { line: "cowork projects", text: "every project, and how many sessions it has" },
    { line: "cowork projects add ~/src/app", text: "know it before it has a session" },
    { line: "cowork projects remove app", text: "forget it" },
  ],
  async run({ args }, app) {
    const [action = "list", which] = args;
    const [{ addProject, listProjects, removeProject }, { ctx }] = await Promise.all([
      import("../app/set-up/projects.ts"),
      app.scope(),
    ]);
    const { plain } = await import("../system/text.ts");
    const cwd = app.caller.cwd();
    if (action === "add") {
      const project = await addProject(ctx, which ?? ".", cwd);
      if (app.globals.json) return app.json({ project });
      app.terminal.err(`${plain(project.name)} is known, at ${plain(project.root)}.`);
      return 0;
    }
    if (action === "remove" && which !== undefined) {
      const project = await removeProject(ctx, which, cwd);
      if (app.globals.json) return app.json({ project });
      app.terminal.err(`${plain(project.name)} is no longer known. Its folder stays as it is.`);
      return 0;
    }
    if (action !== "list" || which !== undefined)
      throw usageError(`cowork projects cannot do that.`, "cowork projects [list] | add [<folder>] | remove <project>");
    const projects = await listProjects(ctx);
    if (app.globals.json) return app.json({ projects });
    const { renderProjects } = await import("../ui/projects.ts");
    if (projects.length > 0) app.terminal.out(renderProjects(projects, app.terminal));
    else app.terminal.err("There is no project yet.\n  Next: cowork init <name>, in a git repository");
    return 0;
  },
});

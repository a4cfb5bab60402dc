import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const projectsCommand = defineCommand({
  name: "projects",
  group: "Set-up",
  summary: "List the projects on all hosts, add and remove known ones",
  details: [
    "A project becomes known when it gets its first session, or when it is added. remove does not change the project's files; " +
      "a project that has sessions cannot be removed. The list includes projects whose sessions on a host were made from another machine.",
  ],
  positionals: [
    { name: "action", summary: "list, add or remove (default: list)", complete: ["list", "add", "remove"] },
    {
      name: "project",
      summary: "With add: a folder in the project (default: the current one); with remove: its name or folder",
    },
  ],
  flags: {},
  examples: [
    { line: "cowork projects", text: "list projects and their sessions" },
    { line: "cowork projects add ~/src/app", text: "add a project before it has a session" },
    { line: "cowork projects remove app", text: "remove it from the list" },
  ],
  async run({ args }, app) {
    const [action = "list", which] = args;
    const [{ addProject, removeProject }, scope] = await Promise.all([
      import("../../app/set-up/projects.ts"),
      app.scope(),
    ]);
    const { ctx } = scope;
    const { plain } = await import("../../system/text.ts");
    const cwd = app.caller.cwd();
    if (action === "add") {
      const project = await addProject(ctx, which ?? ".", cwd);
      if (app.globals.json) return app.json({ project });
      app.terminal.err(`Added ${plain(project.name)} at ${plain(project.root)}.`);
      return 0;
    }
    if (action === "remove" && which !== undefined) {
      const project = await removeProject(ctx, which, cwd);
      if (app.globals.json) return app.json({ project });
      app.terminal.err(`Removed ${plain(project.name)} from the list. Its folder was not changed.`);
      return 0;
    }
    if (action !== "list" || which !== undefined)
      throw usageError("Wrong arguments for cowork projects.", "cowork help projects");
    const progress = await app.show("live");
    const { projectsOnHosts } = await import("../../app/set-up/projects-on-hosts.ts");
    const projects = await projectsOnHosts(scope);
    progress.stop();
    if (app.globals.json) return app.json({ projects });
    const { renderProjects } = await import("../../ui/set-up/projects.ts");
    if (projects.length > 0) app.terminal.out(renderProjects(projects, app.terminal));
    else app.terminal.err("No projects yet.\n  Next: run cowork init <name> in a git repository");
    return 0;
  },
});

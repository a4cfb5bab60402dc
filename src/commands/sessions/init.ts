import type { App } from "../process/app.ts";
import { defineCommand } from "../line/command.ts";
import { readAgent } from "./agent-flag.ts";
import { initFlags } from "./init-flags.ts";
import { showResults } from "./result.ts";

export const initCommand = defineCommand({
  name: "init",
  aliases: ["new"],
  group: "Sessions",
  summary: "Create sessions, or finish ones that were interrupted",
  details: [
    "Each session is a full clone in its own dev container, on a branch named after the session, prefixed with BRANCH_PREFIX. " +
      "Without names it creates the sessions listed in the project's .cowork/.cowork.conf. Run an interrupted init again to finish it.",
  ],
  positionals: [{ name: "session", summary: "Names of the sessions", many: true, complete: "session" }],
  flags: initFlags,
  examples: [
    { line: "cowork init a b c", text: "create three sessions" },
    { line: "cowork init fix --from v1.2 --branch fix/login", text: "start from a tag" },
    { line: "cowork init a b --agent codex", text: "with another agent" },
    { line: "cowork init a --dry-run", text: "show what init would do" },
  ],
  async run({ args, flags }, app) {
    const agent = readAgent(flags.agent, "cowork init <session>");
    app.trust(flags.trust);
    const progress = await app.show("live");
    if (flags["write-config"]) return await showWritten(app, { names: args, baseImage: flags["base-image"] });
    const options = { ...flags, agent, names: args, baseImage: flags["base-image"], noStart: flags["no-start"] };
    const { initSessions, planInit } = await import("../../app/sessions/init.ts");
    if (flags["dry-run"]) {
      const plan = await planInit(await app.scope(), options);
      progress.stop();
      if (app.globals.json) return app.json(plan);
      const { renderInitPlan } = await import("../../ui/sessions/plan.ts");
      app.terminal.out(renderInitPlan(plan, app.terminal));
      return 0;
    }
    const outcomes = await initSessions(await app.scope(), options);
    progress.stop();
    const code = await showResults(app, outcomes);
    const first = outcomes.find(({ ok, session }) => ok && session?.state === "running");
    if (first !== undefined && !app.globals.json) app.terminal.err(`  Next: cowork connect ${first.name}`);
    return code;
  },
});

async function showWritten(
  app: App,
  request: { names: readonly string[]; baseImage: string | undefined },
): Promise<number> {
  const { writeConfig } = await import("../../app/sessions/write-config.ts");
  const written = await writeConfig(await app.scope(), request);
  if (app.globals.json) return app.json({ written });
  for (const file of written) app.terminal.out(file);
  app.terminal.err('  Next: git add .devcontainer && git commit -m "Add a dev container"\n  Then: cowork init <name>');
  return 0;
}

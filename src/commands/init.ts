import { plain } from "../system/text.ts";
import { defineCommand } from "./command.ts";
import { sessionJson, showResults } from "./result.ts";
import { usageError } from "./usage.ts";

export const initCommand = defineCommand({
  name: "init",
  aliases: ["new"],
  group: "Sessions",
  summary: "create sessions; complete what is missing on those that exist",
  details: [
    "Every session is a full clone in a dev container of its own, on a branch called as the session (BRANCH_PREFIX goes before it).\n" +
      "Without names: the sessions that stand in the project's .cowork/.cowork.conf. An interrupted init is completed by running it again.",
  ],
  positionals: [{ name: "session", summary: "names of the sessions", many: true, complete: "session" }],
  flags: {
    from: { type: "string", value: "REF", summary: "start from this branch, tag or commit (else: the project's HEAD)" },
    branch: { type: "string", value: "NAME", summary: "branch of the session (with one session only)" },
    carry: { type: "boolean", summary: "take uncommitted changes and untracked files along" },
    config: {
      type: "string",
      value: "NAME",
      summary: "which dev container configuration: its name, its path, or a folder that has one",
    },
    "base-image": { type: "string", value: "IMG", summary: "image that cowork's template builds on" },
    "no-start": { type: "boolean", summary: "make everything but start no container" },
    "write-config": { type: "boolean", summary: "put cowork's template into the project instead, and make no session" },
    trust: { type: "boolean", summary: "agree to what the configuration asks of this host" },
    "dry-run": { type: "boolean", summary: "show what would be done" },
  },
  examples: [
    { line: "cowork init a b c", text: "three sessions of this project" },
    { line: "cowork init fix --from v1.2 --branch fix/login", text: "one that starts from a tag" },
    { line: "cowork init a --dry-run", text: "what it would do" },
  ],
  async run({ args, flags }, app) {
    app.trust(flags.trust);
    const progress = await app.show("live");
    const { initNames, makeRequest, projectNotes, rememberSessions, shareRequest } = await import("./init-request.ts");
    const project = await app.project();
    if (flags["write-config"]) {
      const { writeConfig } = await import("./write-config.ts");
      return await writeConfig(app, project, { names: args, base: flags["base-image"] });
    }
    for (const note of projectNotes(project)) app.terminal.err(`note: ${note}`);
    const names = await initNames(app, project, args);
    if (flags.branch !== undefined && names.length > 1) {
      throw usageError("--branch names the branch of one session.", "cowork init <session> --branch NAME");
    }
    const { nearOwnSession } = await import("./near-session.ts");
    for (const name of args) {
      const near = await nearOwnSession(app, name);
      if (near !== undefined) app.terminal.err(`note: ${plain(name)} is a new session, beside ${plain(near)}`);
    }
    const request = await makeRequest(app, project, names, flags);
    const shares = await shareRequest(app, request);
    const { partOf, onHosts } = await import("./hosts.ts");
    if (flags["dry-run"]) {
      const plans = await Promise.all(
        shares.map(async ({ host, request: ours }) => (await partOf(app, host)).planInit(ours)),
      );
      progress.stop();
      const { joinPlans, renderInitPlan } = await import("../ui/plan.ts");
      const plan = joinPlans(plans);
      if (app.globals.json) return app.json(plan);
      app.terminal.out(renderInitPlan(plan, app.terminal));
      return 0;
    }
    const outcomes = await onHosts(app, shares, (part, share) => part.init(share.request));
    await rememberSessions(app, project, outcomes);
    progress.stop();
    const code = await showResults(app, outcomes);
    const first = outcomes.find((outcome) => sessionJson(outcome).state === "running");
    if (first !== undefined && !app.globals.json) app.terminal.err(`  Next: cowork connect ${first.name}`);
    return code;
  },
});

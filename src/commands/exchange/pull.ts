import { defineCommand } from "../line/command.ts";
import { oneSession } from "../line/shared-flags.ts";
import { usageError } from "../line/usage.ts";
import { pullOptions } from "./pull-options.ts";

export const pullCommand = defineCommand({
  name: "pull",
  group: "Work",
  summary: "Copy a session's commits to branches of the project",
  details: [
    "The project's files and its checked-out branch do not change, no branch is overwritten, and the session does not change either. " +
      "If a branch's name is not possible or would be ambiguous in the project, the branch is named NAME-SESSION there.",
    "With --apply the session's commits, uncommitted changes and untracked files become staged changes in the project's working tree. " +
      "If your own changes or files are in the way, nothing is changed and they are named. You can repeat it: what you have not changed since is brought up to date.",
  ],
  positionals: [oneSession],
  flags: {
    branch: {
      type: "string",
      value: "NAME",
      summary: "Name of the branch in the project (default: as in the session)",
    },
    "all-branches": { type: "boolean", summary: "Copy every branch and tag of the session" },
    uncommitted: { type: "boolean", summary: "Copy uncommitted changes too, as a commit on a separate branch" },
    apply: {
      type: "boolean",
      summary: "Bring all of it, uncommitted changes too, into the project's files instead, as uncommitted changes",
    },
    ff: { type: "boolean", summary: "Fast-forward the checked-out branch too, if the project has no changes" },
    wait: { type: "boolean", summary: "Wait until the session's run has ended; if it failed, copy nothing" },
  },
  examples: [
    { line: "cowork pull a", text: "copy its branch to the project" },
    { line: "cowork pull a --wait --ff", text: "wait for its run first" },
    { line: "cowork pull a --apply", text: "as uncommitted changes" },
    { line: "cowork pull a --uncommitted --all-branches", text: "copy everything in the session" },
  ],
  async run({ args, flags }, app) {
    const others = (["branch", "all-branches", "ff", "uncommitted"] as const).filter((name) => flags[name]);
    if (flags.apply && others.length > 0)
      throw usageError(`--apply and --${others[0]} cannot be combined.`, "cowork pull <session> --apply");
    const progress = await app.show("lines");
    const { applySession, pullSession } = await import("../../app/sessions/exchange.ts");
    const onWaiting = (name: string): void => {
      if (app.terminal.isLive && !app.globals.json) app.terminal.err(`  Waiting for ${name}. Ctrl-C stops waiting.`);
    };
    const wait = flags.wait ? { onWaiting } : undefined;
    const scope = await app.scope();
    const result = flags.apply
      ? await applySession(scope, args[0], wait)
      : await pullSession(scope, args[0], pullOptions(flags), wait);
    progress.stop();
    if (app.globals.json) return app.json(result);
    const { showPulled } = await import("./show-pulled.ts");
    showPulled(app.terminal, result);
    return 0;
  },
});

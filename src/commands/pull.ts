import { plain } from "../system/text.ts";
import { defineCommand } from "./line/command.ts";
import { oneSession } from "./line/shared-flags.ts";

export const pullCommand = defineCommand({
  name: "pull",
  group: "Work",
  summary: "Copy a session's commits to branches of the project",
  details: [
    "The project's files and its checked-out branch do not change, no branch is overwritten, and the session does not change either. " +
      "If a branch's name is not possible or would be ambiguous in the project, the branch is named NAME-SESSION there.",
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
    ff: { type: "boolean", summary: "Fast-forward the checked-out branch too, if the project has no changes" },
    wait: { type: "boolean", summary: "Wait until the session's run has ended; if it failed, copy nothing" },
  },
  examples: [
    { line: "cowork pull a", text: "copy its branch to the project" },
    { line: "cowork pull a --wait --ff", text: "wait for its run first" },
    { line: "cowork pull a --uncommitted --all-branches", text: "copy everything in the session" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("lines");
    const { pullSession } = await import("../app/sessions/exchange.ts");
    const options = {
      allBranches: flags["all-branches"],
      uncommitted: flags.uncommitted,
      ff: flags.ff,
      ...(flags.branch === undefined ? {} : { branch: flags.branch }),
    };
    const onWaiting = (name: string): void => {
      if (app.terminal.isLive && !app.globals.json) app.terminal.err(`  Waiting for ${name}. Ctrl-C stops waiting.`);
    };
    const wait = flags.wait ? { onWaiting } : undefined;
    const result = await pullSession(await app.scope(), args[0], options, wait);
    progress.stop();
    if (app.globals.json) return app.json(result);
    const [{ renderPulled }, { showNotes }] = await Promise.all([import("../ui/exchange.ts"), import("../ui/note.ts")]);
    for (const pulled of result.refs) app.terminal.out(renderPulled(pulled));
    if (result.refs.length === 0) app.terminal.err("  Nothing to pull: the project has everything.");
    showNotes(app.terminal, result.notes);
    const [first] = [...result.refs.filter(({ state }) => state !== "unchanged"), ...result.refs];
    if (first !== undefined) app.terminal.err(`  Next: git log ${plain(first.ref.replace(/^refs\/heads\//, ""))}`);
    return 0;
  },
});

import { defineCommand } from "../line/command.ts";
import { oneSession } from "../line/shared-flags.ts";

export const diffCommand = defineCommand({
  name: "diff",
  group: "Work",
  summary: "Show a session's changes since it was created, committed or not",
  positionals: [oneSession],
  flags: { stat: { type: "boolean", summary: "Show only files and numbers of changed lines" } },
  rest: { name: "path", summary: "Limit the diff to these paths" },
  examples: [
    { line: "cowork diff a --stat", text: "show a summary" },
    { line: "cowork diff a -- src", text: "show changes in src only" },
  ],
  async run({ args, flags, rest }, app) {
    const progress = await app.show("lines");
    // Without a terminal the width is unknown: use git's default.
    const columns = Number.isFinite(app.terminal.width) ? Math.max(20, app.terminal.width) : 80;
    const { diffSession } = await import("../../app/sessions/exchange.ts");
    const diff = await diffSession(await app.scope(), args[0], { stat: flags.stat, paths: [...(rest ?? [])], columns });
    progress.stop();
    if (app.globals.json) return app.json(diff);
    const { colourDiff } = await import("../../ui/exchange/diff.ts");
    const hasColour = app.terminal.style("bold", "x") !== "x";
    const text = hasColour && !flags.stat ? colourDiff(diff.text) : diff.text;
    if (text !== "") app.terminal.out(text.replace(/\n$/, ""));
    if (diff.truncated)
      app.terminal.err("  The diff is too long and was truncated. Limit it: cowork diff <session> -- <path>");
    return 0;
  },
});

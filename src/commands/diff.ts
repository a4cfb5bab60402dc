import { defineCommand } from "./line/command.ts";
import { oneSession } from "./line/shared-flags.ts";

export const diffCommand = defineCommand({
  name: "diff",
  group: "Work",
  summary: "what a session has changed since it started, committed or not",
  positionals: [oneSession],
  flags: { stat: { type: "boolean", summary: "files and numbers of lines only" } },
  rest: { name: "path", summary: "only below these paths" },
  examples: [
    { line: "cowork diff a --stat", text: "an overview" },
    { line: "cowork diff a -- src", text: "only what changed in src" },
  ],
  async run({ args, flags, rest }, app) {
    const progress = await app.show("lines");
    // No width where it is no terminal: then what git takes by itself.
    const columns = Number.isFinite(app.terminal.width) ? Math.max(20, app.terminal.width) : 80;
    const { diffSession } = await import("../app/sessions/exchange.ts");
    const diff = await diffSession(await app.scope(), args[0], { stat: flags.stat, paths: [...(rest ?? [])], columns });
    progress.stop();
    if (app.globals.json) return app.json(diff);
    const { colourDiff } = await import("../ui/diff.ts");
    const hasColour = app.terminal.style("bold", "x") !== "x";
    const text = hasColour && !flags.stat ? colourDiff(diff.text) : diff.text;
    if (text !== "") app.terminal.out(text.replace(/\n$/, ""));
    if (diff.truncated) app.terminal.err("  It is longer than can be shown, and cut here.");
    return 0;
  },
});

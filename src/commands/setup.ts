import { defineCommand } from "./line/command.ts";
import { usageError } from "./line/usage.ts";

export const setupCommand = defineCommand({
  name: "setup",
  group: "Set-up",
  summary: "set up shell completion, after asking; --undo takes it back",
  details: [
    "It asks for each thing. What it adds to a start file of your shell stands between two comments there, and --undo removes just\n" +
      "that. Run again, it adds what is missing and brings up to date what an earlier cowork set up.",
  ],
  positionals: [],
  flags: {
    yes: { type: "boolean", short: "y", summary: "set up everything without asking" },
    undo: { type: "boolean", summary: "remove what setup has added" },
    status: { type: "boolean", summary: "show what is set up, and change nothing" },
  },
  examples: [
    { line: "cowork setup", text: "asks for each thing" },
    { line: "cowork setup --yes", text: "for scripts" },
    { line: "cowork setup --status", text: "what is set up, and where" },
    { line: "cowork setup --undo", text: "as it was before" },
  ],
  async run({ flags }, app) {
    if (Number(flags.yes) + Number(flags.undo) + Number(flags.status) > 1)
      throw usageError("--yes, --undo and --status exclude each other.", "cowork setup --status");
    const canAsk = app.terminal.canAsk || app.caller.env["COWORK_YES"] === "true";
    if (!canAsk && !flags.yes && !flags.undo && !flags.status)
      throw usageError("There is nobody to ask here.", "cowork setup --yes, or cowork setup --status");
    const { ctx } = await app.scope();
    const { readSetup, setUp, undoSetup } = await import("../app/set-up/setup.ts");
    const { renderSetup, setupQuestion } = await import("../ui/setup.ts");
    const before = await readSetup(ctx);
    const items = [];
    for (const item of before) {
      const isWanted = item.state === "not-set-up" || item.state === "outdated";
      if (flags.undo) items.push(await undoSetup(ctx, item));
      else if (!flags.status && isWanted && (flags.yes || (await ctx.ask(setupQuestion(item))) === true))
        items.push(await setUp(ctx, item));
      else items.push(item);
    }
    if (app.globals.json) return app.json({ setup: items });
    if (items.length > 0) app.terminal.out(renderSetup(items, app.terminal));
    else app.terminal.err("There is no shell here that cowork knows (bash, zsh, fish).");
    const isNew = items.some(({ state }, index) => state === "set-up" && before[index]?.state !== "set-up");
    if (isNew) app.terminal.err("  Next: open a new terminal, then type cowork and press Tab");
    return 0;
  },
});

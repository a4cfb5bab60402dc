import { ownCommand, steps } from "../hint.ts";
import { defineCommand } from "./line/command.ts";
import { usageError } from "./line/usage.ts";

export const setupCommand = defineCommand({
  name: "setup",
  group: "Set-up",
  summary: "Set up shell completion, or undo it",
  details: [
    "It asks before each change. Lines that it adds to a start-up file of your shell are between two comments; --undo removes only " +
      "those. Run it again to add what is missing and to update what an earlier version set up.",
  ],
  positionals: [],
  flags: {
    yes: { type: "boolean", short: "y", summary: "Set up everything without asking" },
    undo: { type: "boolean", summary: "Remove what setup added" },
    status: { type: "boolean", summary: "Show what is set up, and exit" },
  },
  examples: [
    { line: "cowork setup", text: "ask before each change" },
    { line: "cowork setup --yes", text: "do not ask (for scripts)" },
    { line: "cowork setup --status", text: "show what is set up, and where" },
    { line: "cowork setup --undo", text: "remove it" },
  ],
  async run({ flags }, app) {
    if (Number(flags.yes) + Number(flags.undo) + Number(flags.status) > 1)
      throw usageError("--yes, --undo and --status cannot be combined.", "cowork setup --status");
    const canAsk = app.terminal.canAsk || app.caller.env["COWORK_YES"] === "true";
    if (!canAsk && !flags.yes && !flags.undo && !flags.status)
      throw usageError(
        "cowork setup asks questions, which needs a terminal.",
        steps`${ownCommand("setup", "--yes")}, or ${ownCommand("setup", "--status")}`,
      );
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
    else app.terminal.err("No supported shell found (bash, zsh or fish).");
    const isNew = items.some(({ state }, index) => state === "set-up" && before[index]?.state !== "set-up");
    if (isNew) app.terminal.err("  Next: open a new terminal, type cowork and press Tab");
    return 0;
  },
});

import { ownCommand, steps } from "../../hint.ts";
import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const setupCommand = defineCommand({
  name: "setup",
  group: "Set-up",
  summary: "Set up alias, completion, MCP, notifications and the background service",
  details: [
    'The alias is a shell function of your agent\'s name: claude, or AGENT of your own .cowork.conf. `claude`, or `claude "<prompt>"`, on a terminal in a project becomes `cowork open --rm --agent claude`. A prompt has a space in it. ' +
      "With a flag or a subcommand, outside of a project that has a commit, without a terminal and in a session it is the program itself, and so " +
      "is `command claude`. An alias or a function of that name of your own is kept.",
    "MCP: the claude, codex and copilot of this machine get `cowork mcp` as a server for all your projects, through their own `mcp add`. It sees sessions, runs and approvals, and changes " +
      "nothing; for one that also starts runs: `claude mcp add --scope user cowork -- cowork mcp --role operate`.",
    "Notifications: it asks for a channel, writes it to your own .cowork.conf and sends a test message; docs/notifications.md says more. The background service is a " +
      "unit of your systemd that runs `cowork serve`. --yes leaves out notifications, which need your answers.",
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
    const { isMissing, needsAnswers, readSetup, setUp, undoSetup } = await import("../../app/set-up/setup.ts");
    const { renderSetup, setupNext } = await import("../../ui/set-up/setup.ts");
    const { isWanted } = await import("./ask-to-set-up.ts");
    const before = await readSetup(ctx);
    const items = [];
    for (const item of before) {
      if (flags.undo) items.push(await undoSetup(ctx, item));
      else if (flags.status || !isMissing(item) || (flags.yes && needsAnswers(item))) items.push(item);
      else if (flags.yes || (await isWanted(ctx, item))) items.push(await setUp(ctx, item));
      else items.push(item);
    }
    if (app.globals.json) return app.json({ setup: items });
    if (items.length > 0) app.terminal.out(renderSetup(items, app.terminal));
    else app.terminal.err("No supported shell found (bash, zsh or fish).");
    if (!flags.undo) for (const line of setupNext(before, items)) app.terminal.err(line);
    return 0;
  },
});

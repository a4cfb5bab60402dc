import { commandByName } from "./line/registry-lookup.ts";
import { defineCommand } from "./line/command.ts";

export const helpCommand = defineCommand({
  name: "help",
  group: "Set-up",
  summary: "show help, for all or for one command",
  positionals: [{ name: "command", summary: "name of a command, or: licenses", complete: "command" }],
  flags: { all: { type: "boolean", summary: "every command, not only the ones used most" } },
  examples: [
    { line: "cowork help --all", text: "every command in a line" },
    { line: "cowork help init", text: "everything about init" },
    { line: "cowork help licenses", text: "licences of the libraries inside" },
  ],
  async run({ args, flags }, app, commands) {
    const [topic] = args;
    const { terminal } = app;
    if (topic === "licenses") {
      const { readAsset } = await import("../assets.ts");
      terminal.out(
        Buffer.from(await readAsset("third-party.txt"))
          .toString("utf8")
          .trimEnd(),
      );
      return 0;
    }
    const { renderCommandHelp, renderOverview } = await import("./line/help.ts");
    const { dailyCommands } = await import("./line/daily-commands.ts");
    terminal.out(
      topic === undefined
        ? renderOverview(commands, terminal.style, flags.all ? undefined : dailyCommands)
        : renderCommandHelp(commandByName(topic, commands), terminal.style),
    );
    return 0;
  },
});

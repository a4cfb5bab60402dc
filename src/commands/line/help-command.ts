import { commandByName } from "./registry-lookup.ts";
import { defineCommand } from "./command.ts";

export const helpCommand = defineCommand({
  name: "help",
  group: "Set-up",
  summary: "Show help for all commands or for one",
  positionals: [{ name: "command", summary: "Name of a command, or licenses", complete: "command" }],
  flags: { all: { type: "boolean", summary: "List every command, not only the most used ones" } },
  examples: [
    { line: "cowork help --all", text: "list every command" },
    { line: "cowork help init", text: "show the help of init" },
    { line: "cowork help licenses", text: "show the licences of bundled libraries" },
  ],
  async run({ args, flags }, app, commands) {
    const [topic] = args;
    const { terminal } = app;
    if (topic === "licenses") {
      const { readAsset } = await import("../../assets.ts");
      terminal.out(
        Buffer.from(await readAsset("third-party.txt"))
          .toString("utf8")
          .trimEnd(),
      );
      return 0;
    }
    const [{ renderCommandHelp }, { renderOverview }, { dailyCommands }] = await Promise.all([
      import("./help.ts"),
      import("./help-overview.ts"),
      import("./daily-commands.ts"),
    ]);
    terminal.out(
      topic === undefined
        ? renderOverview(commands, terminal, flags.all ? undefined : dailyCommands)
        : renderCommandHelp(commandByName(topic, commands, "cowork help"), terminal),
    );
    return 0;
  },
});

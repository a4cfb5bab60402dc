import { basename } from "node:path";
import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const completionCommand = defineCommand({
  name: "completion",
  group: "Set-up",
  summary: "Print the completion script for bash, zsh or fish",
  positionals: [
    { name: "shell", summary: "bash, zsh or fish (default: your shell)", complete: ["bash", "zsh", "fish"] },
  ],
  flags: {},
  examples: [
    { line: 'eval "$(cowork completion bash)"', text: "in ~/.bashrc" },
    { line: 'eval "$(cowork completion zsh)"', text: "in ~/.zshrc, after compinit" },
    { line: "cowork completion fish | source", text: "in ~/.config/fish/config.fish" },
  ],
  async run({ args }, app) {
    const { completionScripts, shells } = await import("../line/completion-scripts.ts");
    const wanted = args[0] ?? basename(app.caller.env["SHELL"] ?? "");
    const shell = shells.find((name) => name === wanted);
    if (shell === undefined) {
      throw usageError(`Completion is for bash, zsh and fish, not for "${wanted}".`, "cowork completion bash");
    }
    app.terminal.out(completionScripts[shell]);
    return 0;
  },
});

import { join } from "node:path";

export const setupShells = ["bash", "zsh", "fish"] as const;

export type SetupShell = (typeof setupShells)[number];

type Env = Readonly<Record<string, string | undefined>>;

/** The file that an interactive shell reads at its start. */
export function startFile(shell: SetupShell, env: Env, home: string): string {
  const folder = (name: string, fallback: string): string =>
    env[name]?.startsWith("/") === true ? env[name] : fallback;
  if (shell === "bash") return join(home, ".bashrc");
  if (shell === "zsh") return join(folder("ZDOTDIR", home), ".zshrc");
  return join(folder("XDG_CONFIG_HOME", join(home, ".config")), "fish", "config.fish");
}

/** The lines for the shell's start-up file. They do nothing if cowork is not installed. */
export const completionLines: Readonly<Record<SetupShell, string>> = {
  bash: `if command -v cowork >/dev/null 2>&1; then eval "$(cowork completion bash)"; fi`,
  zsh: [
    "if (( $+commands[cowork] )); then",
    "  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }",
    `  eval "$(cowork completion zsh)"`,
    "fi",
  ].join("\n"),
  fish: "if type -q cowork; cowork completion fish | source; end",
};

/** Whether the user has added such a line by hand. */
export function hasOwnLine(text: string, shell: SetupShell): boolean {
  return new RegExp(`^[^#\\n]*cowork completion ${shell}\\b`, "m").test(text);
}

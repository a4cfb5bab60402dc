export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of cowork for bash. In ~/.bashrc: eval "$(cowork completion bash)"
_cowork() {
  local IFS=$'\\n'
  COMPREPLY=($(cowork __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -F _cowork cowork`,

  zsh: `#compdef cowork
# Completion of cowork for zsh. In ~/.zshrc, after compinit: eval "$(cowork completion zsh)"
_cowork() {
  local -a found
  found=("\${(@f)$(cowork __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n "$found[1]" ]] && _describe -V cowork found
}
if [[ "$funcstack[1]" == _cowork ]]; then _cowork "$@"; else compdef _cowork cowork; fi`,

  fish: `# Completion of cowork for fish. In ~/.config/fish/config.fish: cowork completion fish | source
function __cowork_complete
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  cowork __complete fish $words "$current" 2>/dev/null
end
complete -c cowork -f -a '(__cowork_complete)'`,
};

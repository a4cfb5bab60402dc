/**
 * What a container can write into its clone to attack the host. `$C` is a command that leaves a canary on the host when the
 * host runs it, `$O` a host folder outside the clone. Each is added to real work: one commit, one untracked file.
 */
export const hostileScripts: Record<string, string> = {
  "core.fsmonitor": `git config core.fsmonitor "$C"`,
  "core.hooksPath and hooks": `mkdir -p .evil; for h in post-checkout post-commit pre-commit reference-transaction post-index-change post-merge pre-auto-gc update post-update pre-receive; do printf '#!/bin/sh\\n%s\\n' "$C" >.evil/$h; chmod +x .evil/$h; mkdir -p .git/hooks; cp .evil/$h .git/hooks/$h; done; git config core.hooksPath "$PWD/.evil"`,
  "filter clean, smudge and process": `echo '* filter=evil' >.gitattributes; git config filter.evil.clean "$C; cat"; git config filter.evil.smudge "$C; cat"; git config filter.evil.process "$C"; git config filter.evil.required true`,
  "core.sshCommand, askPass, gitProxy": `git config core.sshCommand "$C"; git config core.askPass "$C"; git config core.gitProxy "$C"; git config remote.origin.url git@localhost:x`,
  "remote helpers and credential helpers": `git config remote.origin.url "ext::sh -c '$C'"; git config protocol.ext.allow always; git config credential.helper "!$C"; git config remote.origin.uploadpack "$C"; git config remote.origin.promisor true; git config extensions.partialClone origin`,
  "diff.external and textconv": `echo '* diff=evil' >.gitattributes; git config diff.external "$C"; git config diff.evil.command "$C"; git config diff.evil.textconv "$C; cat"; git config core.pager "$C"; git config pager.diff "$C"; git config interactive.diffFilter "$C"`,
  "merge drivers": `echo '* merge=evil' >.gitattributes; git config merge.evil.driver "$C"; git config merge.tool evil; git config core.editor "$C"; git config sequence.editor "$C"; git config gpg.program "$C"; git config commit.gpgSign true`,
  "include.path": `printf '[core]\\n\\tfsmonitor = "%s"\\n' "$C" >.evilconf; git config include.path "$PWD/.evilconf"; git config includeIf.onbranch:**.path ../.evilconf; git config --add include.path "$O/config"`,
  "aliases and uploadpack.packObjectsHook": `for a in status bundle fetch config add; do git config alias.$a "!$C"; done; git config uploadpack.packObjectsHook "$C"; git config uploadpack.allowAnySHA1InWant true; git config gc.recentObjectsHook "$C"; git config trailer.x.command "$C"`,
  commondir: `mkdir -p .evil; cp -r .git/. .evil/; printf '[core]\\n\\tfsmonitor = "%s"\\n' "$C" >>.evil/config; echo ../.evil >.git/commondir`,
  "commondir of the host": `echo "$O" >.git/commondir`,
  "gitdir files": `git init -q sub; mv sub/.git .evilgit; printf '[core]\\n\\tfsmonitor = "%s"\\n\\tworktree = /\\n' "$C" >>.evilgit/config; echo "gitdir: $PWD/.evilgit" >sub/.git; mkdir -p .git/worktrees/evil; echo "$O/.git" >.git/worktrees/evil/gitdir; echo "$PWD/.evilgit" >.git/worktrees/evil/commondir; echo 'ref: refs/heads/main' >.git/worktrees/evil/HEAD`,
  "alternates to the host": `mkdir -p .git/objects/info; echo "$O/objects" >.git/objects/info/alternates; echo "http://localhost:1/x" >.git/objects/info/http-alternates; git config core.alternateRefsCommand "$C"; git config core.alternateRefsPrefixes x`,
  "submodule urls and paths": `git config -f .gitmodules 'submodule.../../evil.path' '../out'; git config -f .gitmodules 'submodule.../../evil.url' "ext::$C"; git config -f .gitmodules submodule.x.path '-x'; git config -f .gitmodules submodule.x.url '-u./payload'; git config -f .gitmodules submodule.x.update "!$C"; git config submodule.x.update "!$C"; git config submodule.recurse true; git add -f .gitmodules; git -c core.hooksPath=/dev/null commit -qm modules`,
  "a submodule with a configuration of its own": `git init -q evil; git -C evil commit -q --allow-empty -m x; git -C evil config core.fsmonitor "$C"; git -C evil config core.hooksPath "$O"; git add -A evil; git commit -qm evil; echo x >evil/x`,
  "links out of the clone": `ln -s "$O" out; ln -s / root; ln -s "$O/secret" secret; rm -rf .git/info; ln -s "$O" .git/info; rm -rf .git/logs; ln -s "$O" .git/logs; ln -s "$O/secret" .env; ln -s "$O/secret" .git/FETCH_HEAD`,
  "HEAD as a link": `rm .git/HEAD; ln -s "$O/HEAD" .git/HEAD`,
  ".git as a link": `mv .git .evil; ln -s .evil .git`,
  ".git as a file": `mv .git .evil; printf '[core]\\n\\tfsmonitor = "%s"\\n' "$C" >>.evil/config; echo "gitdir: .evil" >.git`,
  "an endless HEAD and pipes": `rm .git/HEAD; mkfifo .git/HEAD; mkfifo pipe`,
  "refs that look like options and paths": `for r in -- --upload-pack=x '-x'; do mkdir -p .git/refs/heads; git rev-parse a >".git/refs/heads/$r" || :; done; mkdir -p .git/refs/heads/x; git rev-parse HEAD >'.git/refs/heads/x/$(touch canary)'; git rev-parse HEAD >'.git/refs/heads/x/..evil'; printf 'ref: ../../../../HEAD\\n' >.git/refs/heads/up`,
  "bare, worktree and index settings": `git config core.bare true; git config core.worktree /; git config core.excludesFile "$O/x"; git config core.attributesFile /dev/zero; git config core.splitIndex true; git config index.version 4; git config status.showUntrackedFiles no; git config core.untrackedCache true`,
  "a forged index and forged objects": `head -c 100000 /dev/urandom >.git/index; find .git/objects -type f | head -3 | while read -r o; do chmod u+w "$o"; echo forged >"$o"; done`,
};

/** Scripts after which git still works with the repository, so every operation must succeed. */
export const workableScripts = Object.keys(hostileScripts).filter((name) =>
  /^(core|diff|merge|include|aliases|remote|bare|links)/.test(name),
);

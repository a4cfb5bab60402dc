import type { ErrorCode } from "../../src/errors.ts";

/** What a user can do about each error, in Markdown. The message itself names the session, path or value. */
export const advice: Record<ErrorCode, string> = {
  USAGE: "`cowork help <command>` shows the command's options with examples.",
  SESSION_NAME_INVALID:
    "Use letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 63 characters. git must also accept the name as a branch (not `a..b`, `a.lock` or `HEAD`).",
  CONFIG_KEY_UNKNOWN: "Run `cowork config list` to see every key with its value and where the value comes from.",
  CONFIG_VALUE_INVALID:
    "The message says what the value must look like; [configuration](configuration.md) has an example for each key.",
  NOT_A_PROJECT:
    "Change to the git repository that you want sessions of. A bare repository has no files to work on: clone it first.",
  PROJECT_EMPTY: "Create a first commit: `git add -A && git commit`.",
  PROJECT_NAME_TAKEN:
    "Two projects with the same folder name need different project names: run `cowork config set PROJECT <other-name>` in one of them.",
  CONFIG_FILE_CORRUPT:
    "Correct the file that the message names, or move it away. cowork does not overwrite a file that it cannot read.",
  REF_NOT_FOUND:
    "Run `git branch -a` and `git tag` to see what exists; run `git fetch` first if it exists on the remote only.",
  GIT_MISSING: "Install git: `apt-get install git`.",
  GIT_FAILED: "The message contains git's own words. `--verbose` shows the whole command and its output.",
  SESSION_NOT_FOUND: "`cowork list` shows this project's sessions, `cowork list --all` the sessions of every project.",
  SESSION_EXISTS:
    "Names that differ only in case, or in `.` and `_`, count as the same. Choose another name, or `cowork connect` to the existing session.",
  SESSION_INCOMPLETE: "Run `cowork init <session>` to complete it from where it stopped.",
  SESSION_BUSY:
    "Wait for the other command, or end it. After a crash the lock is released within seconds; you do not have to delete anything.",
  BUSY: "The message names what is in use. Wait until the other command has ended, then run yours again. After a crash it is released within seconds.",
  LOCK_LOST:
    "The machine slept or stood still for seconds, and another command continued with the same session. Run the same command again: it continues from what it finds.",
  CLONE_MISSING:
    "The clone's folder was removed. If it is gone for good, run `cowork clean --force <session>` to remove the rest, then `cowork init <session>` to create a new session.",
  CONTAINER_MISSING:
    "Run `cowork init <session>` to create the container again. The clone and everything in it still exist.",
  RECORD_CORRUPT:
    "The clone is untouched. Move the file that the message names away and run `cowork init <session>`: it uses the existing clone.",
  STATE_TOO_NEW: "Update cowork on this machine. An older version does not change state that it could misread.",
  WORK_UNCOMMITTED:
    "The message names the sessions. Commit there, or let the agent do it; or run `cowork merge` again with `--uncommitted`, which takes the files as they are, as a commit that the session itself does not get.",
  WORK_UNSAVED:
    "The message lists what would be lost and the next command for it: `cowork pull`, a manual copy for ignored files and nested repositories, a `chmod` or `chown` in the session for what cannot be read, `git branch` for commits that are on no branch. `--force` deletes it anyway.",
  BRANCH_DIVERGED:
    "Pull the session's work under another name with `--branch NAME`, or rename the project's branch. cowork overwrites neither.",
  BRANCH_CHECKED_OUT:
    "cowork does not change the project's working tree. Switch the project to another branch, or fast-forward it with `--ff`, or pull the work under another name with `--branch NAME`.",
  FILES_IN_THE_WAY:
    "The message names the files, and nothing was changed. `pull --apply`: commit, stash or move your own changes. `cp`: choose another destination, or add `--force`.",
  CONFLICT:
    "Everything is as it was before the command, except with `push --keep-conflicts`. Merge or rebase by hand in the session: `cowork connect <session>`.",
  DEVCONTAINER_INVALID:
    "The message names the file, and the line if there is one. `cowork init --dry-run` checks the configuration without creating anything.",
  DEVCONTAINER_AMBIGUOUS:
    "Choose one with `--config NAME`, or permanently with `cowork config set DEVCONTAINER <name>`.",
  TRUST_REQUIRED:
    "The message lists what the configuration asks of this host. Read it. If you agree, run the command again on a terminal and answer yes, or add `--trust`. See [security](security.md).",
  IMAGE_BUILD_FAILED:
    "The message contains the step that failed, its exit code and the end of its output; `cowork logs <session>` shows all of it. If a download failed behind a company's proxy, see `CA_CERTS` in [configuration](configuration.md).",
  UP_FAILED:
    "The message contains the error of the program that failed; `cowork logs <session>` shows all of its output. If a lifecycle command of the project failed (such as `postCreateCommand`), the container runs and the agent in it is ready: run `cowork connect <session>` to fix the cause, then `cowork init <session>` to run that command and the ones after it again. After a change of devcontainer.json in the session, run `cowork start <session> --rebuild`.",
  BASE_IMAGE_UNAVAILABLE:
    "No registry answered and cowork could not build an image. Load one (`docker load`), or name one that the engine has: `cowork config set --user BASE_IMAGE <image>`. Building one needs `debootstrap`, and root or sudo.",
  COMPOSE_MISSING:
    "Install Docker Compose: `apt-get install docker-compose`, or the `docker-compose-v2` or `docker-compose-plugin` package.",
  CA_CERTS_INVALID: "Set `CA_CERTS` to `auto`, `none`, or the absolute path of a readable PEM file.",
  ENGINE_UNREACHABLE:
    "Check that the engine is running (start it with `systemctl start docker` or `install.sh --engine-only`), that you may use it (`id -nG` must list `docker`; log out and in again after you were added to the group), and that `DOCKER_HOST` and `docker context show` name the engine you want.",
  ENGINE_FAILED:
    "The message contains the engine's own words. `docker info` and the engine's log (`journalctl -u docker`) show more.",
  HOST_ANSWER_INVALID:
    "Another program prints text into the connection between cowork and the host. Check what the login shell there prints, and run `cowork --host HOST doctor --verbose`.",
  HOST_UNKNOWN: "`cowork host list` shows the known hosts; `cowork host add <name> <user@machine>` adds one.",
  HOST_UNREACHABLE:
    "The message says how far the connection got. Try plain `ssh <host>`: cowork uses the same configuration (`~/.ssh/config`), including jump hosts and proxy commands.",
  REQUEST_INVALID:
    "Two versions of cowork do not understand each other, or another program answers in place of cowork. Run the same command again with the newest cowork; `--verbose` shows what was not understood.",
  HOST_IN_USE:
    "Clean the sessions on the host first. With `--force` only the name is forgotten, and everything on the host stays.",
  HOST_KEY_UNKNOWN:
    "Compare the fingerprint with one that the host's owner gave you (on the host: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`). Then run the command again on a terminal and answer yes, or connect once with `ssh <host>`. No flag of cowork accepts a host's key.",
  HOST_KEY_CHANGED:
    "Either the host was set up again, or another machine is between you and the host. Ask its owner. If the new key is right, remove the old one with the `ssh-keygen -R` command in the hint, and connect again.",
  HOST_KEY_REVOKED:
    "This key is marked as revoked in the file that the message names. Ask the host's owner; do not connect before the host has a new key.",
  HOST_AUTH_FAILED:
    "The message says which logins were tried. `ssh -v <host>` shows what works there. cowork takes keys from the agent (`ssh-add -l`) and from `IdentityFile`, and asks for passwords and pass phrases on a terminal only.",
  NOT_LOGGED_IN:
    "Run `cowork auth login` to log in once for all sessions on this host, including the ones that are running. Each agent has a login of its own: `cowork auth status` shows them, `--agent codex` names another one.",
  AGENT_UNAVAILABLE:
    "Sessions work without the agent. When the package registry can be reached again, run `cowork start <session>` to install it. A session with the program of `AGENT_COMMAND` has no agent for runs, prompts and approvals: see [agents](agents.md).",
  CLAIMED:
    "The message names the holder, its reason and when the claim ends. Work elsewhere, wait, or end the claim with `cowork claim <holder> --release`. Claims are a courtesy between agents; see [claims](claims.md).",
  DISK_FULL:
    "Nothing is lost. Free some space and run the same command again. `cowork status --verbose` shows how much each session uses; `cowork clean --images` removes shared images that no session uses.",
  FILE_NOT_FOUND:
    "Check the path. In a session, a relative path starts in the folder that `cowork connect` starts in: `cowork connect <session> -- ls`.",
  COPY_FAILED:
    "The message says why. `cowork connect <session> -- tar -cf - <path> >files.tar` copies without cowork's checks; look into the archive before you unpack it.",
  PERMISSION_DENIED:
    "The message names the path and, in the cowork home, its owner. Files under `~/.cowork` belong to the user who runs cowork: after a `sudo cowork`, change the owner back with the `chown` command in the message. `COWORK_HOME` must be a folder that you can write to.",
  FILE_TOO_LARGE:
    "The message names the file and the limit. cowork reads configuration files as a whole, and none is normally that large.",
  OUTPUT_TOO_LARGE:
    "A program printed too much output, and cowork ended it. The message names the program. If it was git in a session, check what that session's repository contains.",
  PROGRAM_MISSING: "Install the program that the message names. `cowork doctor` lists all missing programs.",
  TIMEOUT:
    "Run the command again. If it happens again, run `cowork doctor`, and `docker info` to see whether the engine answers.",
  INTERRUPTED: "Run the same command again: it continues where it stopped.",
  INTERNAL: "This is a bug in cowork. Run the command again with `--verbose` and report the output.",
  RUN_NOT_FOUND: "`cowork runs <session>` shows the runs of a session.",
  RUN_ACTIVE:
    'Say more to the active run with `cowork send <session> "text"`, wait for it with `cowork wait <session>`, or end it with `cowork interrupt <session>`.',
  RUN_FAILED:
    '`cowork runs <run>` shows the result and the files of the run, `cowork logs <run>` what the agent did. `cowork run <session> "text" --resume` continues the same conversation.',
  NO_CONVERSATION: 'Start a run with `cowork run <session> "task"`.',
  AGENT_BUSY:
    "The message says what the agent does. Wait for it with `cowork wait <session>`, or answer its question first.",
  APPROVAL_NOT_FOUND:
    "`cowork approvals` shows what waits for an answer. A question is retired when it was answered in the terminal.",
  APPROVAL_CHANGED: "Look at the request again with `cowork approvals`, and answer the new one.",
  APPROVAL_NOT_SHOWN: "Read the request that was just printed, then run the same command again, or answer by its id.",
  WAIT_TIMEOUT:
    "The session goes on. `cowork list` shows what its agent does; wait again, or with a longer `--timeout`.",
  NOTIFY_FAILED:
    "The message names the channel and why. Check what is configured with `cowork notify`, then send a message with `cowork doctor --notify`.",
};

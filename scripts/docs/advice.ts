import type { ErrorCode } from "../../src/errors.ts";

/** What a user does about each error, in Markdown. The message itself says on which name or path it happened. */
export const advice: Record<ErrorCode, string> = {
  USAGE: "`cowork help <command>` shows the command's options with examples.",
  SESSION_NAME_INVALID:
    "Use letters, digits, `.`, `_` and `-`, beginning with a letter or digit, at most 63 characters, and nothing that git refuses as a branch (`a..b`, `a.lock`, `HEAD`).",
  CONFIG_KEY_UNKNOWN: "`cowork config list` shows every key with its value and where the value comes from.",
  CONFIG_VALUE_INVALID:
    "The message says what the value must look like; [configuration](configuration.md) has an example of each.",
  NOT_A_PROJECT:
    "Change into the git repository that you want sessions of. A bare repository has no files to work on: clone it first.",
  PROJECT_EMPTY: "Make a first commit: `git add -A && git commit`.",
  PROJECT_NAME_TAKEN:
    "Two projects of one folder name need two names: `cowork config set PROJECT <other-name>` in one of them.",
  CONFIG_FILE_CORRUPT:
    "Open the file that the message names, or move it away; cowork does not overwrite what it cannot read.",
  REF_NOT_FOUND: "`git branch -a` and `git tag` show what there is; `git fetch` first if it is on the remote only.",
  GIT_MISSING: "Install git: `apt-get install git`.",
  GIT_FAILED: "The message holds git's own words. `--verbose` shows the whole command and its output.",
  SESSION_NOT_FOUND: "`cowork list` shows this project's sessions, `cowork list --all` those of every project.",
  SESSION_EXISTS:
    "Names that differ only in case, or in `.` and `_`, count as one. Take another name, or `cowork connect` the one that is there.",
  SESSION_INCOMPLETE: "`cowork init <session>` completes it, from wherever it stopped.",
  SESSION_BUSY:
    "Wait for the other command, or end it. After a crash the lock frees itself within seconds; there is nothing to delete by hand.",
  BUSY: "The message names what it is. Wait until the other command has ended, then run yours again; after a crash it is free again within seconds.",
  LOCK_LOST:
    "The machine slept, or stood still for seconds, and another command went on with the same session. Run the same command again: it goes on from what it finds.",
  CLONE_MISSING:
    "Somebody removed the folder. If it is gone for good: `cowork clean --force <session>` removes the rest, `cowork init <session>` makes a new one.",
  CONTAINER_MISSING:
    "`cowork init <session>` makes the container again. The clone and everything in it is still there.",
  RECORD_CORRUPT:
    "The clone is untouched. Move the file that the message names away and run `cowork init <session>`; it takes up the clone that it finds.",
  STATE_TOO_NEW: "Update cowork on this machine; an older one does not touch state that it may misread.",
  WORK_UNSAVED:
    "The message lists what would be lost, and the next command to type for it: `cowork pull`, a copy by hand for ignored files and nested repositories, a `chmod` or `chown` inside for what cannot be read, `git branch` for commits that no branch has. `--force` removes it all the same.",
  BRANCH_DIVERGED:
    "Bring the session's work in under another name, or rename the project's branch. cowork overwrites neither.",
  BRANCH_CHECKED_OUT:
    "cowork leaves the project's working tree alone. Switch the project to another branch, or let it be fast-forwarded with `--ff`, or bring the work in under another name with `--branch NAME`.",
  CONFLICT: "Everything is as it was before. Merge or rebase by hand inside the session: `cowork connect <session>`.",
  DEVCONTAINER_INVALID:
    "The message names the file, and the line where there is one. `cowork init --dry-run` reads the configuration without making anything.",
  DEVCONTAINER_AMBIGUOUS: "Choose one: `--config NAME`, or for good `cowork config set DEVCONTAINER <name>`.",
  TRUST_REQUIRED:
    "The message lists what the configuration asks of this host. Read it; if you agree, run the command again on a terminal and say yes, or add `--trust`. See [security](security.md).",
  IMAGE_BUILD_FAILED:
    "The step that failed, its exit code and the end of its output are in the message, all of it in `cowork logs <session>`. When a download failed behind a company's proxy, see `CA_CERTS` in [configuration](configuration.md).",
  UP_FAILED:
    "The message has the words of the program that failed, `cowork logs <session>` all of its output. Where a lifecycle command of the project failed (`postCreateCommand` and the like), the container runs and the agent in it is ready: `cowork connect <session>` to put it right, then `cowork init <session>` to run that command and those behind it again. After a change of devcontainer.json in the session: `cowork start <session> --rebuild`.",
  BASE_IMAGE_UNAVAILABLE:
    "No registry answered and no image could be made here. Load one (`docker load`), or name one that the engine has: `cowork config set --user BASE_IMAGE <image>`. Making one needs `debootstrap`, and root or sudo.",
  COMPOSE_MISSING:
    "Install Docker Compose: `apt-get install docker-compose`, or the `docker-compose-v2` or `docker-compose-plugin` package.",
  CA_CERTS_INVALID: "`CA_CERTS` takes `auto`, `none`, or the absolute path of a readable PEM file.",
  ENGINE_UNREACHABLE:
    "Is it running (`systemctl start docker`, or `install.sh --engine-only`)? May you use it (`id -nG` must name `docker`; log in anew after you were added)? Do `DOCKER_HOST` and `docker context show` point where you mean?",
  ENGINE_FAILED:
    "The message holds the engine's own words. `docker info` and the engine's log (`journalctl -u docker`) say more.",
  HOST_ANSWER_INVALID:
    "Something else writes where cowork speaks with the host: look at what the login shell there prints, and at `cowork --host HOST doctor --verbose`.",
  HOST_UNKNOWN: "`cowork host list` shows the hosts that are known; `cowork host add <name> <user@machine>` adds one.",
  HOST_UNREACHABLE:
    "The message says how far it came. Try plain `ssh <host>`: cowork uses the same configuration (`~/.ssh/config`), jump hosts and proxy commands included.",
  REQUEST_INVALID:
    "Two versions of cowork speak with each other, or something else speaks where cowork should. Run the same command again with the newest cowork; `--verbose` shows what was not understood.",
  HOST_IN_USE:
    "Clean the sessions there first, or give `--force`: then only the name is forgotten, and what is there stays.",
  HOST_KEY_UNKNOWN:
    "Compare the fingerprint with one that the host's owner gave you (on the host: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`). Then run the command again on a terminal and say yes, or connect once with `ssh <host>`. No flag of cowork agrees to a host's key.",
  HOST_KEY_CHANGED:
    "Either the host was set up anew, or somebody stands between you and it. Ask its owner. If the new key is right, take the old one out with the `ssh-keygen -R` that the hint names, and connect again.",
  HOST_KEY_REVOKED:
    "Somebody marked this key as no longer good, in the file that the message names. Ask the host's owner; do not connect before it has a new one.",
  HOST_AUTH_FAILED:
    "The message says what was tried. `ssh -v <host>` shows what works there. Keys are taken from the agent (`ssh-add -l`) and from `IdentityFile`; passwords and pass phrases are asked for on a terminal only.",
  NOT_LOGGED_IN: "`cowork auth` logs in once, for all sessions of this host, also for those that run already.",
  AGENT_UNAVAILABLE:
    "Sessions work without the agent. When the package registry is in reach again, `cowork start <session>` fetches it.",
  DISK_FULL:
    "Nothing is lost; free some space and run the same command again. `cowork status` shows what each session takes, `cowork clean --images` removes shared images that no session uses.",
  PERMISSION_DENIED:
    "The message names the path and, in the cowork home, whose it is. Files under `~/.cowork` belong to the user who runs cowork: after a `sudo cowork`, give them back with the `chown` that the message shows. `COWORK_HOME` has to name a folder that you can write to.",
  FILE_TOO_LARGE:
    "The message names the file and the limit. cowork reads configuration whole, and no configuration is that large.",
  OUTPUT_TOO_LARGE:
    "A program wrote without end; cowork ended it. The message names it. If it was git in a session, look at what that session's repository holds.",
  PROGRAM_MISSING: "Install the program that the message names. `cowork doctor` lists all that are missing.",
  TIMEOUT: "Run it again. If it lasts: `cowork doctor`, and `docker info` to see whether the engine answers.",
  INTERRUPTED: "Run the same command again: it goes on where it stopped.",
  INTERNAL: "A mistake of ours. Run it again with `--verbose` and report what it prints.",
};

/**
 * Every error that cowork reports, once. The code is stable and part of the contract; `docs/troubleshooting.md`
 * lists all of them. Exit codes: 1 failed, 2 wrong usage, 3 refused because work would be lost, 4 engine or host
 * cannot be reached or trusted, 5 not logged in, 130 interrupted.
 */
export const errorCodes = {
  // wrong usage
  USAGE: { exit: 2, means: "the command line is not understood" },
  SESSION_NAME_INVALID: { exit: 2, means: "a session name that cannot be a folder, a branch and a label at once" },
  CONFIG_KEY_UNKNOWN: { exit: 2, means: "a configuration key that cowork does not know" },
  CONFIG_VALUE_INVALID: { exit: 2, means: "a configuration value of the wrong form" },
  // the user's project
  NOT_A_PROJECT: { exit: 1, means: "the command was not called inside a git repository with a working tree" },
  PROJECT_EMPTY: { exit: 1, means: "the repository has no commit to start a session from" },
  PROJECT_NAME_TAKEN: { exit: 1, means: "another project already uses this project name here" },
  CONFIG_FILE_CORRUPT: { exit: 1, means: "a .cowork.conf that cannot be read" },
  REF_NOT_FOUND: { exit: 1, means: "a branch, tag or commit that the project does not have" },
  GIT_MISSING: { exit: 1, means: "git is not installed on this machine" },
  GIT_FAILED: { exit: 1, means: "git ended with an error" },
  // sessions
  SESSION_NOT_FOUND: { exit: 1, means: "no session of that name in this project" },
  SESSION_EXISTS: { exit: 1, means: "a session of that name, or of one that counts as the same, exists" },
  SESSION_INCOMPLETE: { exit: 1, means: "the session was never completed; run init again" },
  SESSION_BUSY: { exit: 1, means: "another cowork command is working on this session" },
  BUSY: { exit: 1, means: "another cowork command, or a session, uses something of this machine that only one can" },
  LOCK_LOST: { exit: 1, means: "another cowork command took over while this one stood still" },
  CLONE_MISSING: { exit: 1, means: "the session's clone is gone from the disk" },
  CONTAINER_MISSING: { exit: 1, means: "the session's container is gone from the engine" },
  RECORD_CORRUPT: { exit: 1, means: "a session's record cannot be read" },
  STATE_TOO_NEW: { exit: 1, means: "the state was written by a newer cowork" },
  WORK_UNSAVED: { exit: 3, means: "the session holds work that is nowhere else" },
  BRANCH_DIVERGED: { exit: 1, means: "the project has a branch of that name with other commits" },
  BRANCH_CHECKED_OUT: {
    exit: 1,
    means: "the project has that branch checked out, and its files are not touched unasked",
  },
  CONFLICT: { exit: 1, means: "a merge or rebase ran into conflicts and was taken back" },
  // dev containers
  DEVCONTAINER_INVALID: { exit: 1, means: "the project's dev container configuration cannot be used" },
  DEVCONTAINER_AMBIGUOUS: { exit: 2, means: "the project has several dev container configurations" },
  TRUST_REQUIRED: { exit: 4, means: "the dev container configuration reaches the host and nobody has agreed to it" },
  IMAGE_BUILD_FAILED: { exit: 1, means: "the dev container's image could not be built" },
  UP_FAILED: { exit: 1, means: "the dev container did not come up" },
  BASE_IMAGE_UNAVAILABLE: { exit: 1, means: "there is no base image and none can be made" },
  COMPOSE_MISSING: { exit: 1, means: "the configuration needs Docker Compose and there is none" },
  CA_CERTS_INVALID: { exit: 1, means: "CA_CERTS names a file that is not a readable PEM bundle" },
  // engine, hosts, login
  ENGINE_UNREACHABLE: { exit: 4, means: "the Docker Engine does not answer" },
  ENGINE_FAILED: { exit: 1, means: "the Docker Engine refused or failed a request" },
  HOST_UNKNOWN: { exit: 4, means: "a host of that name was never added on this machine" },
  HOST_UNREACHABLE: { exit: 4, means: "a remote host does not answer" },
  HOST_ANSWER_INVALID: { exit: 4, means: "a remote host answers what cowork does not understand" },
  REQUEST_INVALID: { exit: 1, means: "another cowork asks for what this one does not understand" },
  HOST_IN_USE: { exit: 1, means: "a host is to be forgotten and sessions live on it" },
  HOST_KEY_UNKNOWN: { exit: 4, means: "nobody has agreed to a remote host's key yet" },
  HOST_KEY_CHANGED: { exit: 4, means: "a remote host shows another key than the one that is known" },
  HOST_KEY_REVOKED: { exit: 4, means: "a remote host shows a key that was revoked" },
  HOST_AUTH_FAILED: { exit: 4, means: "a remote host does not let the user in" },
  NOT_LOGGED_IN: { exit: 5, means: "the agent has no usable login on this host" },
  AGENT_UNAVAILABLE: { exit: 1, means: "the agent's program could not be installed" },
  // the machine
  DISK_FULL: { exit: 1, means: "no space is left where cowork has to write" },
  PERMISSION_DENIED: { exit: 1, means: "a file or folder may not be read or written" },
  FILE_TOO_LARGE: { exit: 1, means: "a file is larger than cowork reads" },
  OUTPUT_TOO_LARGE: { exit: 1, means: "a program printed more than cowork keeps" },
  PROGRAM_MISSING: { exit: 1, means: "a program that cowork calls is not installed" },
  TIMEOUT: { exit: 1, means: "something did not answer in its time" },
  INTERRUPTED: { exit: 130, means: "the command was interrupted" },
  INTERNAL: { exit: 1, means: "a mistake in cowork itself" },
} as const satisfies Record<string, { exit: number; means: string }>;

export type ErrorCode = keyof typeof errorCodes;

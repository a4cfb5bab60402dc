/**
 * Every error that cowork reports. The codes are stable and part of the contract; `docs/troubleshooting.md` lists all of them.
 * Exit codes: 1 failed, 2 wrong usage, 3 refused because work would be lost, 4 engine or host cannot be reached or trusted,
 * 5 not logged in, 6 a run failed, 7 time-out of `wait`, 130 interrupted.
 */
export const errorCodes = {
  // wrong usage
  USAGE: { exit: 2, means: "the command line is not valid" },
  SESSION_NAME_INVALID: { exit: 2, means: "the session name cannot be used for a folder, a branch and a label" },
  CONFIG_KEY_UNKNOWN: { exit: 2, means: "the configuration key does not exist" },
  CONFIG_VALUE_INVALID: { exit: 2, means: "a configuration value is not valid" },
  // the user's project
  NOT_A_PROJECT: { exit: 1, means: "the current folder is not inside a git repository with a working tree" },
  PROJECT_EMPTY: { exit: 1, means: "the repository has no commit to start a session from" },
  PROJECT_NAME_TAKEN: { exit: 1, means: "another project already uses this project name here" },
  CONFIG_FILE_CORRUPT: { exit: 1, means: "a .cowork.conf cannot be read" },
  REF_NOT_FOUND: { exit: 1, means: "the project does not have this branch, tag or commit" },
  GIT_MISSING: { exit: 1, means: "git is not installed on this machine" },
  GIT_FAILED: { exit: 1, means: "git failed" },
  // sessions
  SESSION_NOT_FOUND: { exit: 1, means: "the project has no session with this name" },
  SESSION_EXISTS: { exit: 1, means: "a session with this name, or one that counts as the same, exists already" },
  SESSION_INCOMPLETE: { exit: 1, means: "the session was never completed; run init again" },
  SESSION_BUSY: { exit: 1, means: "another cowork command is using this session" },
  BUSY: { exit: 1, means: "another cowork command or a session is using something that only one can use at a time" },
  LOCK_LOST: { exit: 1, means: "another cowork command took over while this one was suspended" },
  CLONE_MISSING: { exit: 1, means: "the session's clone does not exist any more" },
  CONTAINER_MISSING: { exit: 1, means: "the session's container does not exist any more" },
  RECORD_CORRUPT: { exit: 1, means: "a session's record cannot be read" },
  STATE_TOO_NEW: { exit: 1, means: "the state was written by a newer cowork" },
  WORK_UNSAVED: { exit: 3, means: "the session has unsaved work" },
  BRANCH_DIVERGED: { exit: 1, means: "the project has a branch with this name and other commits" },
  BRANCH_CHECKED_OUT: {
    exit: 1,
    means: "the project has that branch checked out, and its files are changed only on request",
  },
  CONFLICT: { exit: 1, means: "a merge or rebase ran into conflicts and was aborted" },
  FILES_IN_THE_WAY: { exit: 1, means: "files that are there already are in the way, and nothing was overwritten" },
  // dev containers
  DEVCONTAINER_INVALID: { exit: 1, means: "the project's dev container configuration cannot be used" },
  DEVCONTAINER_AMBIGUOUS: { exit: 2, means: "the project has several dev container configurations" },
  TRUST_REQUIRED: { exit: 4, means: "the dev container configuration reaches the host and you have not agreed to it" },
  IMAGE_BUILD_FAILED: { exit: 1, means: "the dev container's image could not be built" },
  UP_FAILED: { exit: 1, means: "the dev container did not start" },
  BASE_IMAGE_UNAVAILABLE: { exit: 1, means: "the base image is not available and could not be built" },
  COMPOSE_MISSING: { exit: 1, means: "the configuration needs Docker Compose, which is not installed" },
  CA_CERTS_INVALID: { exit: 1, means: "CA_CERTS names a file that is not a readable PEM bundle" },
  // engine, hosts, login
  ENGINE_UNREACHABLE: { exit: 4, means: "the Docker Engine does not answer" },
  ENGINE_FAILED: { exit: 1, means: "the Docker Engine refused or failed a request" },
  HOST_UNKNOWN: { exit: 4, means: "no host with this name was added on this machine" },
  HOST_UNREACHABLE: { exit: 4, means: "a remote host does not answer" },
  HOST_ANSWER_INVALID: { exit: 4, means: "a remote host sent an answer that cowork does not understand" },
  REQUEST_INVALID: { exit: 1, means: "another cowork sent a request that this one does not understand" },
  HOST_IN_USE: { exit: 1, means: "the host cannot be removed because it has sessions" },
  HOST_KEY_UNKNOWN: { exit: 4, means: "you have not agreed to the remote host's key yet" },
  HOST_KEY_CHANGED: { exit: 4, means: "a remote host's key differs from the known one" },
  HOST_KEY_REVOKED: { exit: 4, means: "a remote host's key was revoked" },
  HOST_AUTH_FAILED: { exit: 4, means: "a remote host refused the SSH login" },
  NOT_LOGGED_IN: { exit: 5, means: "the agent has no usable login on this host" },
  AGENT_UNAVAILABLE: { exit: 1, means: "the agent's program could not be installed" },
  // agents at work
  RUN_NOT_FOUND: { exit: 1, means: "the session has no run with this number" },
  RUN_ACTIVE: { exit: 1, means: "a run is active in the session" },
  RUN_FAILED: { exit: 6, means: "the run failed or was stopped" },
  NO_CONVERSATION: { exit: 1, means: "the session has no conversation with the agent that could be continued" },
  AGENT_BUSY: { exit: 1, means: "the agent in the session cannot take this now" },
  APPROVAL_NOT_FOUND: { exit: 1, means: "no open approval has this id" },
  APPROVAL_CHANGED: { exit: 1, means: "the approval is not the one that was shown" },
  APPROVAL_NOT_SHOWN: { exit: 1, means: "the request has not been shown before it was answered by a session's name" },
  WAIT_TIMEOUT: { exit: 7, means: "what `wait` waits for did not happen in time" },
  // the machine
  DISK_FULL: { exit: 1, means: "no space is left where cowork must write" },
  PERMISSION_DENIED: { exit: 1, means: "a file or folder may not be read or written" },
  FILE_TOO_LARGE: { exit: 1, means: "a file is larger than cowork reads" },
  OUTPUT_TOO_LARGE: { exit: 1, means: "the output of a program is larger than cowork accepts" },
  PROGRAM_MISSING: { exit: 1, means: "a program that cowork needs is not installed" },
  TIMEOUT: { exit: 1, means: "something took too long to answer" },
  INTERRUPTED: { exit: 130, means: "the command was interrupted" },
  INTERNAL: { exit: 1, means: "a bug in cowork" },
} as const satisfies Record<string, { exit: number; means: string }>;

export type ErrorCode = keyof typeof errorCodes;

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { join } from "node:path";

/** All paths of a cowork home: absolute, derived from the home folder only. Nothing is created here. */
export interface Paths {
  home: string;
  /** file with the home's random id (home-id.ts) */
  homeId: string;
  /** 12 hex digits of a hash of the home's path, for tmux names and the label of sessions from before homes had ids. Not a secret */
  pathHash: string;
  userConf: string;
  trust: string;
  vault(agent: string): string;
  sessions: string;
  clone(id: string): string;
  trash: string;
  stateRoot: string;
  state(id: string): string;
  record(id: string): string;
  /** snapshot of the project's config, override config, compose file, evaluated environment */
  devcontainer(id: string): string;
  /** small read-only folder, mounted in the session's containers at /opt/cowork/session */
  container(id: string): string;
  /** the session's replacements of folders next to the project (devcontainer/override/beside.ts) */
  beside(id: string): string;
  agentState(id: string, agent: string): string;
  /** the agent's policy for the session, mounted read-only where the agent expects it */
  policy(id: string): string;
  /** permission rules of the session, from which its policy is written */
  rules(id: string): string;
  events(id: string): string;
  /** how many reports of the hooks were dropped since that was last recorded (work/inbox) */
  dropped(id: string): string;
  /** programs of the agent that ended without saying so (work/state) */
  gone(id: string): string;
  /** what the agent's window of tmux starts (session/connect/launch.ts) */
  launch(id: string): string;
  /** the agent that runs in that window (session/connect/agent-terminal.ts) */
  terminal(id: string): string;
  /** the program of `AGENT_COMMAND` that was started last (work/state/own-program.ts) */
  program(id: string): string;
  /** what the agent's hooks reported, as taken in by the host (work/history) */
  eventLog(id: string): string;
  /** what cowork and people did in the session */
  journal(id: string): string;
  /** requests for approval as they were first seen, and their answers */
  approvals(id: string): string;
  /** answers for the hooks in the container, which see this folder read-only */
  answers(id: string): string;
  runs(id: string): string;
  run(id: string, n: number): string;
  logs(id: string): string;
  upLog(id: string): string;
  /** logs of the commands themselves */
  commandLogs: string;
  /** what the notifier has sent (app/notify) */
  notifier: string;
  /** no messages about the session, until when (session/work/mute.ts) */
  muted(id: string): string;
  /** target file of a lock (see locks.ts) */
  lock(name: string): string;
  archive: string;
  /** build context and generated Dockerfile of one shared image */
  image(key: string): string;
  images: string;
  /** configuration and host key for the user's ssh */
  ssh: string;
  lib: string;
  /** cached results of earlier runs (remembered.ts) */
  remembered(name: string): string;
  /** scratch repositories and results of `conflicts`, by project */
  conflicts: string;
  agentLib(agent: string): string;
  node: string;
  /** on a remote host: the bare repository that receives a project's bundles */
  store(project: string): string;
  /** on a remote host: jobs, which run independently of the command that started them */
  jobs: string;
  /** the hosts that the user has added */
  hosts: string;
  /** sockets and files of the server while it runs */
  serveFolder: string;
  serveSocket: string;
  serveFile: string;
  /** browsers and phones that signed in to the server */
  devices: string;
  /** the server's feed: events of all hosts, numbered */
  feed: string;
  /** roots of known projects, whose sessions on other machines are found from any folder */
  projects: string;
}

/** For `connect` and completion Node's crypto takes too long to load. */
const hashHome = (home: string): string => bytesToHex(sha256(utf8ToBytes(home))).slice(0, 12);

/** @param home absolute path of the cowork home, already resolved (`$COWORK_HOME`, else `~/.cowork`) */
export function coworkPaths(home: string): Paths {
  const at = (...parts: string[]): string => join(home, ...parts);
  const state = (id: string): string => at("state", id);
  let hash: string | undefined;
  return {
    home,
    homeId: at("home-id"),
    // Few commands need it, and it takes one or two milliseconds.
    get pathHash() {
      return (hash ??= hashHome(home));
    },
    userConf: at(".cowork.conf"),
    trust: at("trust.json"),
    vault: (agent) => at("auth", agent),
    sessions: at("sessions"),
    clone: (id) => at("sessions", id),
    trash: at("sessions", ".trash"),
    stateRoot: at("state"),
    state,
    record: (id) => join(state(id), "session.json"),
    devcontainer: (id) => join(state(id), "devcontainer"),
    container: (id) => join(state(id), "container"),
    beside: (id) => join(state(id), "beside"),
    agentState: (id, agent) => join(state(id), agent),
    policy: (id) => join(state(id), "policy"),
    rules: (id) => join(state(id), "rules.json"),
    events: (id) => join(state(id), "events"),
    dropped: (id) => join(state(id), "dropped.json"),
    gone: (id) => join(state(id), "gone"),
    launch: (id) => join(state(id), "launch.json"),
    terminal: (id) => join(state(id), "terminal.json"),
    program: (id) => join(state(id), "program.json"),
    eventLog: (id) => join(state(id), "events.jsonl"),
    journal: (id) => join(state(id), "journal.jsonl"),
    approvals: (id) => join(state(id), "approvals"),
    answers: (id) => join(state(id), "container", "answers"),
    runs: (id) => join(state(id), "runs"),
    run: (id, n) => join(state(id), "runs", String(n)),
    logs: (id) => join(state(id), "logs"),
    upLog: (id) => join(state(id), "logs", "up.log"),
    commandLogs: at("state", ".logs"),
    notifier: at("state", ".notifier.json"),
    muted: (id) => join(state(id), "muted.json"),
    lock: (name) => at("state", "locks", name),
    archive: at("archive"),
    image: (key) => at("images", key),
    images: at("images"),
    ssh: at("ssh"),
    lib: at("lib"),
    remembered: (name) => at("cache", `${name}.json`),
    conflicts: at("cache", "conflicts"),
    agentLib: (agent) => at("lib", "agents", agent),
    node: at("lib", "node"),
    store: (project) => at("projects", `${project}.git`),
    jobs: at("jobs"),
    hosts: at("hosts.json"),
    serveFolder: at("run"),
    serveSocket: at("run", "serve.sock"),
    serveFile: at("run", "serve.json"),
    devices: at("devices.json"),
    feed: at("state", ".serve"),
    projects: at("projects.json"),
  };
}

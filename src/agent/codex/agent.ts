import { policyFolders } from "../../contract/agents.ts";
import type { Agent, AgentPackage, Variant } from "../types.ts";
import { codexApprovals } from "./approvals.ts";
import { loginFile, readLogin } from "./credentials.ts";
import { keptOut, sessionPolicy, sharedPolicy } from "./policy.ts";
import { prepareSession } from "./prepare.ts";
import { repository } from "./repository.ts";
import { runs } from "./runs.ts";
import { states } from "./states.ts";
import { forgetLogin, takeLogin } from "./store.ts";
import { terminal } from "./terminal.ts";
import { transcripts } from "./transcripts.ts";

/** Codex, the vendor's native program. The values here were tried with it; docs/adr/0040 describes how. */
export const codex: Agent = {
  id: "codex",
  title: "Codex",
  install: {
    pinned: "0.171.0",
    oldest: {
      version: "0.171.0",
      why: "cowork's hooks and the renewal of the login are known to work since this version",
    },
    wanted: (settings) => settings.codexVersion,
    package: packageOf,
  },
  launch: {
    env: { CODEX_HOME: "/cowork/session/codex" },
    // `codex logout` in a session would end the login of all sessions: this address is nowhere.
    own: { CODEX_REVOKE_TOKEN_URL_OVERRIDE: "http://127.0.0.1:0/" },
    links: [loginFile],
    policy: { target: policyFolders.codex, shared: sharedPolicy(), session: sessionPolicy },
  },
  login: {
    commands: { login: { args: ["login", "--device-auth"], how: "device-code" }, logout: ["logout"] },
    read: readLogin,
    remember: takeLogin,
    forget: forgetLogin,
    files: [loginFile],
    renewal: { kind: "cowork", lock: ".renewal.lock", locks: [".renewal.lock"], program: "codex-renew" },
  },
  keepOut: keptOut,
  conversations: ["sessions"],
  prepare: prepareSession,
  states,
  approvals: codexApprovals,
  repository,
  run: runs,
  terminal,
  transcripts,
  stop: { process: "codex" },
};

/** One static program for every libc. It finds the others beside itself. */
function packageOf(variant: Variant, version: string): AgentPackage {
  const isArm = variant.startsWith("linux-arm64");
  const root = `vendor/${isArm ? "aarch64" : "x86_64"}-unknown-linux-musl`;
  const as = isArm ? "linux-arm64" : "linux-x64";
  return {
    name: "@openai/codex",
    version: `${version}-${as}`,
    // Not its programs for voice, which need sound.
    keep: [`${root}/bin`, `${root}/codex-path`, `${root}/codex-resources/bwrap`, `${root}/codex-package.json`],
    program: `${root}/bin/codex`,
    as,
  };
}

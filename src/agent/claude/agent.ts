import { policyFolders } from "../../contract/agents.ts";
import type { Agent } from "../types.ts";
import { rememberAccount } from "./account.ts";
import { claudeApprovals } from "./approvals.ts";
import { credentialsFile, readLogin } from "./credentials.ts";
import { forgetLogin, storeLongLived } from "./store.ts";
import { keptOut, sessionPolicy, sharedPolicy } from "./policy.ts";
import { prepareSession, readOwnRules } from "./prepare.ts";
import { states } from "./states.ts";
import { repository } from "./repository.ts";
import { transcripts } from "./transcripts.ts";
import { runs } from "./runs.ts";
import { terminal } from "./terminal.ts";

const policyFile = "managed-settings.json";

/** Claude Code, the vendor's native program. The values here were measured with it; `docs/adr` describes how. */
export const claude: Agent = {
  id: "claude",
  title: "Claude Code",
  install: {
    pinned: "2.1.329",
    oldest: { version: "2.1.160", why: "older versions cannot store the login in a separate folder" },
    wanted: (settings) => settings.claudeVersion,
    package: (variant, version) => ({
      name: `@anthropic-ai/claude-code-${variant}`,
      version,
      keep: ["claude"],
      program: "claude",
    }),
  },
  launch: {
    env: {
      CLAUDE_CONFIG_DIR: "/cowork/session/claude",
      CLAUDE_SECURESTORAGE_CONFIG_DIR: "/cowork/auth/claude",
      DISABLE_AUTOUPDATER: "1",
    },
    policy: {
      target: policyFolders.claude,
      overridesVariables: true,
      shared: { [policyFile]: sharedPolicy() },
      session: (rules) => ({ [policyFile]: sessionPolicy(rules) }),
    },
  },
  login: {
    commands: {
      login: { args: ["auth", "login", "--claudeai"], how: "pasted-code" },
      longLived: { args: ["setup-token"], how: "pasted-code" },
      logout: ["auth", "logout"],
    },
    read: readLogin,
    remember: rememberAccount,
    forget: forgetLogin,
    store: storeLongLived,
    files: [credentialsFile],
    renewal: {
      kind: "agent",
      lock: ".oauth_refresh.lock",
      locks: [".oauth_refresh.lock", ".storage-write.lock"],
    },
  },
  keepOut: keptOut,
  conversations: ["projects"],
  prepare: prepareSession,
  ownRules: readOwnRules,
  states,
  approvals: claudeApprovals,
  repository,
  run: runs,
  terminal,
  transcripts,
  stop: { process: "claude" },
};

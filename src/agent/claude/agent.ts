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

/** Claude Code, the vendor's native program. The values here were measured with it; `docs/adr` describes how. */
export const claude: Agent = {
  id: "claude",
  title: "Claude Code",
  install: {
    pinned: "2.1.329",
    oldest: { version: "2.1.160", why: "older versions cannot store the login in a separate folder" },
    wanted: (settings) => settings.claudeVersion,
    package: (variant) => ({ name: `@anthropic-ai/claude-code-${variant}`, program: "claude" }),
  },
  launch: {
    env: {
      CLAUDE_CONFIG_DIR: "/cowork/session/claude",
      CLAUDE_SECURESTORAGE_CONFIG_DIR: "/cowork/auth/claude",
      DISABLE_AUTOUPDATER: "1",
    },
    policy: {
      target: "/etc/claude-code",
      file: "managed-settings.json",
      shared: sharedPolicy(),
      session: sessionPolicy,
    },
  },
  login: {
    commands: { login: ["auth", "login", "--claudeai"], longLived: ["setup-token"], logout: ["auth", "logout"] },
    read: readLogin,
    remember: rememberAccount,
    forget: forgetLogin,
    store: storeLongLived,
    files: [credentialsFile],
    refreshLock: ".oauth_refresh.lock",
    locks: [".oauth_refresh.lock", ".storage-write.lock"],
  },
  keepOut: keptOut,
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

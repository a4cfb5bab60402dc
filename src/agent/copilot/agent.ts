import { policyFolders } from "../../contract/agents.ts";
import type { Agent, AgentInstall } from "../types.ts";
import { copilotApprovals } from "./approvals.ts";
import { readLogin, tokenFile } from "./credentials.ts";
import { keptOut, sessionPolicy } from "./policy.ts";
import { prepareSession } from "./prepare.ts";
import { repository } from "./repository.ts";
import { runs } from "./runs.ts";
import { states } from "./states.ts";
import { forgetLogin, prepareLogin, takeLogin } from "./store.ts";
import { terminal } from "./terminal.ts";
import { transcripts } from "./transcripts.ts";

/** GitHub Copilot CLI, the vendor's native program. The values here were tried with it; docs/adr/0041 describes how. */
export const copilot: Agent = {
  id: "copilot",
  title: "GitHub Copilot",
  install: {
    pinned: "1.0.102",
    oldest: { version: "1.0.102", why: "cowork's hooks in the machine's policy are known to work since this version" },
    wanted: (settings) => settings.copilotVersion,
    package: packageOf,
    // The program unpacks 235 MB at its first start: once for each host, not in each session.
    settle: {
      args: ["--version"],
      env: { COPILOT_AUTO_UPDATE: "false", COPILOT_HOME: "/tmp/copilot" },
      folder: "cache",
    },
  },
  launch: {
    env: { COPILOT_HOME: "/cowork/session/copilot", COPILOT_AUTO_UPDATE: "false" },
    installed: { COPILOT_PKG_CACHE_HOME: "cache" },
    secret: { variable: "COPILOT_GITHUB_TOKEN", file: tokenFile },
    // A login's container has no repository, so it needs none.
    policy: { target: policyFolders.copilot, shared: {}, session: sessionPolicy, ownedByRoot: true },
  },
  login: {
    commands: {
      login: { args: ["login", "--device-code"], how: "device-code" },
      token: { args: ["login", "--with-token"], how: "token" },
    },
    read: readLogin,
    begin: prepareLogin,
    remember: takeLogin,
    forget: forgetLogin,
    files: [tokenFile],
    renewal: { kind: "none" },
  },
  keepOut: keptOut,
  conversations: ["session-state"],
  prepare: prepareSession,
  states,
  approvals: copilotApprovals,
  repository,
  run: runs,
  terminal,
  transcripts,
  stop: { process: "MainThread", installed: true },
};

/**
 * The program is Node in one file. It needs the C++ library, which small images do not have. Its build for musl cannot finish its own
 * installation in cowork's image, which has glibc.
 */
function packageOf(...[variant, version]: Parameters<AgentInstall["package"]>): ReturnType<AgentInstall["package"]> {
  if (variant.endsWith("-musl"))
    return { unavailable: "cowork installs it for images with glibc only, such as Debian, Ubuntu or Fedora" };
  const hint = "install the packages libstdc++6 and libgcc-s1 in its image";
  return {
    name: `@github/copilot-${variant}`,
    version,
    keep: ["copilot"],
    program: "copilot",
    needs: ["libstdc++.so.6", "libgcc_s.so.1"].map((library) => ({ library, hint })),
  };
}

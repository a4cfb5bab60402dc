import { defineCommand } from "../line/command.ts";
import { agentFlag, readAgent } from "../sessions/agent-flag.ts";
import { usageError } from "../line/usage.ts";

export const authCommand = defineCommand({
  name: "auth",
  group: "Set-up",
  summary: "Log agents in, once for all sessions on a host",
  details: [
    "login runs the agent's own login in a temporary container. Running sessions use it the next time the agent starts. " +
      "The login is stored in the vault (~/.cowork/auth), which all sessions on the host share.",
    "Each agent has a login of its own. login and logout are for the agent of --agent, else of the configuration; status without --agent shows those of all. " +
      "It exits with 5 if the agent of --agent, else of the configuration, has no usable login.",
  ],
  positionals: [
    {
      name: "action",
      summary: "login, status or logout (default: login)",
      complete: ["login", "status", "logout"],
    },
  ],
  flags: {
    ...agentFlag,
    "long-lived": { type: "boolean", summary: "With login: create a long-lived token, which is not renewed" },
    "with-token": {
      type: "boolean",
      summary: "With login: read a token from standard input, for agents that take one",
    },
  },
  examples: [
    { line: "cowork auth login", text: "log in" },
    { line: "cowork auth login --agent codex", text: "log another agent in" },
    { line: "cowork auth status", text: "show the accounts and when logins end" },
    { line: "cowork auth logout", text: "log out all sessions on this host" },
  ],
  async run({ args, flags }, app) {
    const [action = "login"] = args;
    const agent = readAgent(flags.agent, `cowork auth ${action}`);
    if (flags["long-lived"] && action !== "login") {
      throw usageError("--long-lived can only be used with login.", "cowork auth login --long-lived");
    }
    if (flags["with-token"] && (action !== "login" || flags["long-lived"])) {
      throw usageError("--with-token can only be used with login, and without --long-lived.", "cowork help auth");
    }
    const how = { longLived: flags["long-lived"], token: flags["with-token"] };
    if (action === "login") return await (await import("./auth-login.ts")).authLogin(app, { ...how, agent });
    const { authLogout, showAuthStatus } = await import("./auth-actions.ts");
    if (action === "status") return await showAuthStatus(app, agent);
    if (action === "logout") return await authLogout(app, agent);
    throw usageError(`Unknown action "${action}": use login, status or logout.`, "cowork help auth");
  },
});

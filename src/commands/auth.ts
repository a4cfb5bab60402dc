import { defineCommand } from "./line/command.ts";
import { usageError } from "./line/usage.ts";

export const authCommand = defineCommand({
  name: "auth",
  group: "Set-up",
  summary: "Log the agent in, once for all sessions on a host",
  details: [
    "login runs the agent's own login in a temporary container. Running sessions use it the next time the agent starts. " +
      "The login is stored in the vault (~/.cowork/auth), which all sessions on the host share. Without a login, status exits with 5.",
  ],
  positionals: [
    {
      name: "action",
      summary: "login, status or logout (default: login)",
      complete: ["login", "status", "logout"],
    },
  ],
  flags: {
    "long-lived": { type: "boolean", summary: "With login: create a long-lived token, which is not renewed" },
  },
  examples: [
    { line: "cowork auth login", text: "log in" },
    { line: "cowork auth status", text: "show the account, the plan and when the login ends" },
    { line: "cowork auth logout", text: "log out all sessions on this host" },
  ],
  async run({ args, flags }, app) {
    const { authLogin, authLogout, showAuthStatus } = await import("./parts/auth-actions.ts");
    const [action = "login"] = args;
    if (flags["long-lived"] && action !== "login") {
      throw usageError("--long-lived can only be used with login.", "cowork auth login --long-lived");
    }
    if (action === "login") return await authLogin(app, flags["long-lived"]);
    if (action === "status") return await showAuthStatus(app);
    if (action === "logout") return await authLogout(app);
    throw usageError(`Unknown action "${action}": use login, status or logout.`, "cowork help auth");
  },
});

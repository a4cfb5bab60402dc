import { defineCommand } from "./line/command.ts";
import { usageError } from "./line/usage.ts";

export const authCommand = defineCommand({
  name: "auth",
  group: "Set-up",
  summary: "log the agent in, once for all sessions of this host",
  details: [
    "login opens the agent's own login in a container that is gone afterwards; sessions that run find it at the agent's next start.\n" +
      "The login lies in the vault (auth/ in cowork's home), which every session of this host shares. status exits with 5 without one.",
  ],
  positionals: [
    {
      name: "action",
      summary: "login, status or logout (without one: login)",
      complete: ["login", "status", "logout"],
    },
  ],
  flags: {
    "long-lived": { type: "boolean", summary: "login: the agent's own token that is not renewed" },
  },
  examples: [
    { line: "cowork auth", text: "log in" },
    { line: "cowork auth status", text: "who, which plan, until when" },
    { line: "cowork auth logout", text: "for every session of this host" },
  ],
  async run({ args, flags }, app) {
    const { authLogin, authLogout, showAuthStatus } = await import("./parts/auth-actions.ts");
    const [action = "login"] = args;
    if (flags["long-lived"] && action !== "login") {
      throw usageError("--long-lived belongs to login.", "cowork auth login --long-lived");
    }
    if (action === "login") return await authLogin(app, flags["long-lived"]);
    if (action === "status") return await showAuthStatus(app);
    if (action === "logout") return await authLogout(app);
    throw usageError(`cowork auth cannot "${action}".`, "cowork auth login | status | logout");
  },
});

import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

const actions = ["get", "set", "unset", "list"];

export const configCommand = defineCommand({
  name: "config",
  group: "Set-up",
  summary: "Show and change settings",
  details: [
    "Precedence, highest first: flag, COWORK_* variable, the project's .cowork/.cowork.conf, the user's .cowork.conf, default. " +
      "set writes the project's file inside a project, otherwise (or with --user) the user's. unset removes a key; setting it to an empty value does the same.",
    "PUBLIC_URL and the keys NOTIFY… count in the user's file only. Their secrets are never shown, and set asks for them, or reads stdin.",
  ],
  positionals: [
    { name: "action", summary: "get, set, unset or list (default: list)", complete: [...actions] },
    { name: "key", summary: "Key, such as BASE_IMAGE", complete: "key" },
    { name: "value", summary: "New value (set only)", mayBeEmpty: true },
  ],
  flags: { user: { type: "boolean", summary: "Use the user's file instead of the project's" } },
  examples: [
    { line: "cowork config list", text: "list the values in effect and their origin" },
    { line: "cowork config set CONNECT claude", text: "let connect open the agent" },
    { line: "cowork config get BASE_IMAGE", text: "print one value" },
    { line: "cowork config unset CONNECT", text: "go back to the default" },
  ],
  async run({ args, flags }, app) {
    const [action = "list", key, value] = args;
    const { getConfig, listConfig, setConfig, unsetConfig } = await import("./config-actions.ts");
    if (action === "list" && key === undefined) return await listConfig(app, flags.user);
    if (action === "get" && key !== undefined && value === undefined) return await getConfig(app, key, flags.user);
    if (action === "set" && key !== undefined) return await setConfig(app, key, value, flags.user);
    if (action === "unset" && key !== undefined && value === undefined) return await unsetConfig(app, key, flags.user);
    if (!actions.includes(action))
      throw usageError(`Unknown action "${action}": use get, set, unset or list.`, "cowork help config");
    throw usageError(`Wrong arguments for cowork config ${action}.`, "cowork help config");
  },
});

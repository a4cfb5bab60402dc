import { defineCommand } from "./line/command.ts";
import { usageError } from "./line/usage.ts";

const actions = ["get", "set", "unset", "list"];

export const configCommand = defineCommand({
  name: "config",
  group: "Set-up",
  summary: "read and write the configuration",
  details: [
    "A flag stands above a COWORK_* variable, that above the project's .cowork/.cowork.conf, that above the user's, that above the\n" +
      "default. set writes the project's conf inside a project, else (or with --user) the user's; unset takes a key away, as an empty value does.",
  ],
  positionals: [
    { name: "action", summary: "get, set, unset or list (without one: list)", complete: [...actions] },
    { name: "key", summary: "a key, such as BASE_IMAGE", complete: "key" },
    { name: "value", summary: "for set" },
  ],
  flags: { user: { type: "boolean", summary: "the user's conf instead of the project's" } },
  examples: [
    { line: "cowork config list", text: "every value in force, and its origin" },
    { line: "cowork config set CONNECT claude", text: "connect opens the agent" },
    { line: "cowork config get BASE_IMAGE", text: "one value" },
    { line: "cowork config unset CONNECT", text: "the default counts again" },
  ],
  async run({ args, flags }, app) {
    const [action = "list", key, value] = args;
    const { getConfig, listConfig, setConfig, unsetConfig } = await import("./parts/config-actions.ts");
    if (action === "list" && key === undefined) return await listConfig(app, flags.user);
    if (action === "get" && key !== undefined && value === undefined) return await getConfig(app, key, flags.user);
    if (action === "set" && key !== undefined && value !== undefined)
      return await setConfig(app, key, value, flags.user);
    if (action === "unset" && key !== undefined && value === undefined) return await unsetConfig(app, key, flags.user);
    const forms = "cowork config list | get <key> | set <key> <value> | unset <key>";
    if (!actions.includes(action)) throw usageError(`cowork config cannot "${action}".`, forms);
    throw usageError(`cowork config ${action} needs other arguments.`, forms);
  },
});

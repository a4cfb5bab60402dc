import { jsonObject, parseJson, type Json, type JsonObject } from "../../contract/common.ts";
import type { Finding } from "../../events.ts";
import { unreadable, type AgentRepository, type RepositoryRequest } from "../repository.ts";
import { asList, asObject } from "../input/json.ts";

const settingsFiles = [".claude/settings.json", ".claude/settings.local.json"] as const;
const serversFile = ".mcp.json";

/** Settings whose value is a command that Claude Code runs by itself. */
const commands = [
  "statusLine",
  "fileSuggestion",
  "apiKeyHelper",
  "awsAuthRefresh",
  "awsCredentialExport",
  "otelHeadersHelper",
];
/** Settings that start MCP servers or load plugins without asking. */
const switches = ["enableAllProjectMcpServers", "enabledMcpjsonServers", "enabledPlugins", "extraKnownMarketplaces"];

/** What `.claude/` and `.mcp.json` of a repository ask for. Names of settings: Claude Code's documentation. */
export const repository: AgentRepository = {
  files: [...settingsFiles, serversFile],
  read: (contents) => {
    const requests = [...contents].map(([path, text]) => readFile(path, text));
    const all = (key: "allow" | "deny" | "ask"): string[] => [...new Set(requests.flatMap(({ rules }) => rules[key]))];
    const defaultMode = requests.findLast(({ rules }) => rules.defaultMode !== undefined)?.rules.defaultMode;
    return {
      findings: requests.flatMap(({ findings }) => findings),
      rules: {
        allow: all("allow"),
        deny: all("deny"),
        ask: all("ask"),
        ...(defaultMode === undefined ? {} : { defaultMode }),
      },
    };
  },
};

const nothing: RepositoryRequest["rules"] = { allow: [], deny: [], ask: [] };

function readFile(path: string, text: string): RepositoryRequest {
  const content = jsonObject.safeParse(parseJson(text)).data;
  if (content === undefined) {
    return { findings: [unreadable(path, "a file that is not valid JSON")], rules: nothing };
  }
  if (path === serversFile || path.endsWith(`/${serversFile}`))
    return { findings: serverFindings(path, content["mcpServers"]), rules: nothing };
  // Below another folder: what runs there is asked about, and its rules count nowhere.
  return isOfRoot(path) ? readSettings(path, content) : { findings: runFindings(path, content), rules: nothing };
}

function readSettings(path: string, settings: JsonObject): RepositoryRequest {
  const permissions = partsOf(settings["permissions"]);
  const rules = {
    allow: texts(permissions["allow"]),
    deny: texts(permissions["deny"]),
    ask: texts(permissions["ask"]),
  };
  const mode = permissions["defaultMode"];
  const findings: Finding[] = rules.allow.map((what) => ({
    where: `${path}: permissions.allow`,
    what,
    why: "the agent does this without asking",
  }));
  if (typeof mode === "string") {
    const why = "the permission mode that the agent starts in";
    findings.push({ where: `${path}: permissions`, what: `defaultMode ${mode}`, why });
  }
  for (const folder of texts(permissions["additionalDirectories"])) {
    findings.push({
      where: `${path}: permissions.additionalDirectories`,
      what: folder,
      why: "the agent works there, too",
    });
  }
  findings.push(...runFindings(path, settings));
  return { findings, rules: { ...rules, ...(typeof mode === "string" ? { defaultMode: mode } : {}) } };
}

function isOfRoot(path: string): boolean {
  return settingsFiles.some((one) => one === path);
}

/** What runs, or changes what runs. */
function runFindings(path: string, settings: JsonObject): Finding[] {
  const { hooks, env } = settings;
  return [...hookFindings(path, partsOf(hooks)), ...commandFindings(path, settings), ...envFindings(path, env)];
}

/** Variables can make any program that the agent starts do something else. No policy keeps them out. */
function envFindings(path: string, env: Json | undefined): Finding[] {
  const why = "a variable for the agent and all its commands, which the agent sets even if you do not agree";
  const where = `${path}: env`;
  const known = asObject(env);
  if (known === undefined) return env === undefined || env === null ? [] : [{ where, what: JSON.stringify(env), why }];
  return Object.entries(known).map(([name, value]) => {
    return { where, what: `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`, why };
  });
}

function hookFindings(path: string, hooks: JsonObject): Finding[] {
  return Object.entries(hooks).flatMap(([event, entries]) => {
    const known = asList(entries).flatMap((entry) => asList(partsOf(entry)["hooks"]));
    // An entry of a form that we do not know is shown as it is.
    const shown = known.length > 0 ? known : [entries];
    return shown.map((hook) => {
      const { command, url, prompt } = partsOf(hook);
      const text = [command, url, prompt].find((one) => typeof one === "string");
      const why = "runs in the session each time this happens, and can decide for you";
      return { where: `${path}: hooks.${event}`, what: text ?? JSON.stringify(hook), why };
    });
  });
}

function commandFindings(path: string, settings: JsonObject): Finding[] {
  const found = (names: readonly string[], why: string): Finding[] =>
    names.flatMap((name) => {
      const value = settings[name];
      if (value === undefined || value === null || value === false || value === "") return [];
      const { command } = partsOf(value);
      const what = typeof value === "string" ? value : typeof command === "string" ? command : JSON.stringify(value);
      return [{ where: `${path}: ${name}`, what, why }];
    });
  return [
    ...found(commands, "the agent runs this command by itself"),
    ...found(switches, "starts servers or loads plugins without asking"),
  ];
}

function serverFindings(path: string, servers: Json | undefined): Finding[] {
  return Object.entries(partsOf(servers)).map(([name, server]) => {
    const { command, args, url } = partsOf(server);
    const words = [command, ...asList(args)].filter((one) => typeof one === "string");
    const address = typeof url === "string" ? url : JSON.stringify(server);
    const what = words.length > 0 ? words.join(" ") : address;
    return { where: `${path}: mcpServers.${name}`, what, why: "a server that runs with the agent's rights" };
  });
}

function texts(value: Json | undefined): string[] {
  return asList(value).filter((one) => typeof one === "string");
}

/** Anything but an object has no properties. */
function partsOf(value: Json | undefined): JsonObject {
  return asObject(value) ?? {};
}

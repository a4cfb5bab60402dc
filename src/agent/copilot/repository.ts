import { jsonObject, parseJson, type Json, type JsonObject } from "../../contract/common.ts";
import type { Finding } from "../../events.ts";
import { asList, asObject, asText } from "../input/json.ts";
import { unreadable, type AgentRepository } from "../repository.ts";

const settingsFiles = [
  ".github/copilot/settings.json",
  ".github/copilot/settings.local.json",
  ".claude/settings.json",
  ".claude/settings.local.json",
] as const;
const serverFiles = [".mcp.json", ".github/mcp.json", ".vscode/mcp.json", ".copilot/mcp-config.json"] as const;
const longest = 400;

/** Why a setting matters. What is neither here nor harmless is shown, too. Names: `copilot help config` and the vendor's documentation. */
const settings: Readonly<Record<string, string>> = {
  allowedUrls: "addresses that the agent may open without asking",
  enabledPlugins: "loads plugins, which can bring hooks and servers",
  env: "variables of what the agent runs",
  extraKnownMarketplaces: "sources of plugins",
  mcpServers: "servers that run with the agent's rights",
  permissions: "what the agent may do without asking",
  proxyUrl: "the agent's requests go there",
  statusLine: "the agent runs this command by itself",
};
const unknown = "a setting that cowork does not know to be harmless";

/** They change what is shown, or only forbid; hooks have findings of their own. */
const harmless = new Set([
  "$schema",
  "autoTier",
  "banner",
  "bannerStyle",
  "beep",
  "colorMode",
  "compactPaste",
  "companyAnnouncements",
  "contextTier",
  "deniedUrls",
  "disableAllHooks",
  "hooks",
  "includeCoAuthoredBy",
  "logLevel",
  "model",
  "mouse",
  "renderMarkdown",
  "respectGitignore",
  "screenReader",
  "scrollbar",
  "showTipsOnStartup",
  "stream",
  "theme",
]);

/** What a repository asks of the agent. Its hooks are one file each: all files of that folder count. AGENTS.md is only instructions. */
export const repository: AgentRepository = {
  files: [...settingsFiles, ...serverFiles],
  folders: [{ path: ".github/hooks", ext: ".json" }],
  read: (contents) => ({
    findings: [...contents].flatMap(([path, text]) => readFile(path, text)),
    rules: { allow: [], deny: [], ask: [] },
  }),
};

function readFile(path: string, text: string): Finding[] {
  const content = jsonObject.safeParse(parseJson(text)).data;
  if (content === undefined) {
    return [unreadable(path, "a file that is not valid JSON")];
  }
  if (/(?:^|\/)\.github\/hooks\/[^/]+$/.test(path)) return hookFindings(path, asObject(content["hooks"]) ?? content);
  if (serverFiles.some((one) => path === one || path.endsWith(`/${one}`)))
    return serverFindings(path, asObject(content["mcpServers"]) ?? asObject(content["servers"]) ?? {});
  const known = Object.entries(content).flatMap(([name, value]): Finding[] => {
    if (harmless.has(name) || value === null || value === false) return [];
    const why = Object.hasOwn(settings, name) ? settings[name] : undefined;
    return [{ where: `${path}: ${name}`, what: shown(value), why: why ?? unknown }];
  });
  return [...known, ...hookFindings(path, asObject(content["hooks"]) ?? {})];
}

function hookFindings(path: string, hooks: JsonObject): Finding[] {
  return Object.entries(hooks).flatMap(([event, entries]) => {
    const inner = asList(entries).flatMap((entry) => asList(asObject(entry)?.["hooks"]));
    const known = inner.length > 0 ? inner : asList(entries);
    return (known.length > 0 ? known : [entries]).map((hook) => {
      const { bash, command, url } = asObject(hook) ?? {};
      const what = asText(bash) ?? asText(command) ?? asText(url) ?? shown(hook);
      const why = "runs in the session each time this happens, and can decide for you";
      return { where: `${path}: hooks.${event}`, what: what.slice(0, longest), why };
    });
  });
}

function serverFindings(path: string, servers: JsonObject): Finding[] {
  return Object.entries(servers).map(([name, server]) => {
    const { command, args, url } = asObject(server) ?? {};
    const words = [command, ...asList(args)].filter((one) => typeof one === "string");
    const what = words.length > 0 ? words.join(" ") : (asText(url) ?? shown(server));
    return {
      where: `${path}: ${name}`,
      what: what.slice(0, longest),
      why: "a server that runs with the agent's rights",
    };
  });
}

function shown(value: Json): string {
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, longest);
}

import { jsonObject, parseJson } from "../../contract/common.ts";
import type { Finding } from "../../events.ts";
import type { AgentRepository } from "../repository.ts";
import { asList, asObject, asText } from "../input/json.ts";

const configFile = ".codex/config.toml";
const hooksFile = ".codex/hooks.json";
const rulesFile = ".codex/rules/default.rules";

/**
 * Tables of the config that run something or grant something, once the folder is trusted. Tried: servers start. Addresses, providers
 * and tokens in this file are ignored by the program itself.
 */
const tables: Readonly<Record<string, string>> = {
  mcp_servers: "a server that runs with the agent's rights",
  hooks: "runs in the session each time this happens",
  plugins: "loads a plugin, which can bring servers and hooks",
  marketplaces: "a source of plugins",
  agents: "agents that this one may start",
  skills: "instructions and programs for the agent",
  shell_environment_policy: "variables of every command that the agent runs",
  permissions: "what the agent may do without asking",
  features: "switches of the program",
};
const longest = 400;

/** What `.codex/` of a repository asks for. AGENTS.md is only instructions. */
export const repository: AgentRepository = {
  files: [configFile, hooksFile, rulesFile],
  read: (contents) => ({
    findings: [...contents].flatMap(([path, text]) => readFile(path, text)),
    rules: { allow: [], deny: [], ask: [] },
  }),
};

function readFile(path: string, text: string): Finding[] {
  if (path === hooksFile) return readHooks(text);
  if (path === rulesFile) {
    const what = text.slice(0, longest).trim();
    return what === "" ? [] : [{ where: path, what, why: "commands that the agent runs without asking" }];
  }
  return readConfig(text);
}

/**
 * No parser: every line that starts one of these tables, or sets a key of one, is shown with what follows it. A line that looks like one
 * inside a longer text is shown, too.
 */
function readConfig(text: string): Finding[] {
  const findings: Finding[] = [];
  const lines = text.split("\n");
  let isRoot = true;
  lines.forEach((line, at) => {
    const isHeader = line.trimStart().startsWith("[");
    if (isHeader) isRoot = false;
    if (!isHeader && !isRoot) return;
    const key = /^\s*\[{0,2}\s*["']?([^"'.=\]\s]+)/.exec(line)?.[1] ?? "";
    const name = Object.keys(tables).find((one) => one === key);
    // A quoted key can be written with escapes.
    const isHidden = /^\s*\[{0,2}\s*"[^"]*\\/.test(line);
    if (name === undefined && !isHidden) return;
    const end = lines.findIndex((other, n) => n > at && other.trimStart().startsWith("["));
    const part = isHeader ? lines.slice(at, end === -1 ? lines.length : end) : [line];
    const what = part.map((one) => one.trim()).filter((one) => one !== "");
    const why = name === undefined ? "a name that is written so that it cannot be read" : (tables[name] ?? "");
    findings.push({ where: configFile, what: what.join(" ").slice(0, longest), why });
  });
  return findings;
}

function readHooks(text: string): Finding[] {
  const content = jsonObject.safeParse(parseJson(text)).data;
  if (content === undefined) {
    const why = "cowork cannot read this file, so it does not know what the agent would do with it";
    return [{ where: hooksFile, what: "a file that is not valid JSON", why }];
  }
  return Object.entries(asObject(content["hooks"]) ?? content).flatMap(([event, entries]) => {
    const known = asList(entries).flatMap((entry) => asList(asObject(entry)?.["hooks"]));
    const shown = known.length > 0 ? known : [entries];
    return shown.map((hook) => ({
      where: `${hooksFile}: ${event}`,
      what: (asText(asObject(hook)?.["command"]) ?? JSON.stringify(hook)).slice(0, longest),
      why: tables["hooks"] ?? "",
    }));
  });
}

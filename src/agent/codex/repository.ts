import { parse } from "smol-toml";
import { jsonObject, parseJson } from "../../contract/common.ts";
import type { Finding } from "../../events.ts";
import { unreadable, type AgentRepository } from "../repository.ts";
import { asObject } from "../input/json.ts";

const folder = ".codex";
const rulesFolder = `${folder}/rules`;
const longest = 400;

/** Settings of a config that run something or grant something, once the folder is trusted. Tried: servers start. */
const reasons: Readonly<Record<string, string>> = {
  mcp_servers: "a server that runs with the agent's rights",
  hooks: "runs in the session each time this happens",
  plugins: "loads a plugin, which can bring servers and hooks",
  marketplaces: "a source of plugins",
  agents: "agents that this one may start",
  skills: "instructions and programs for the agent",
  shell_environment_policy: "variables of every command that the agent runs",
  permissions: "what the agent may do without asking",
  approval_policy: "what the agent may do without asking",
  sandbox_mode: "what the agent may do without asking",
  features: "switches of the program",
};
const unknown = "a setting that cowork does not know";

/** These run and grant nothing. The second half the program ignores in a repository, and says so (tried). */
const harmless: ReadonlySet<string> = new Set([
  "model",
  "model_reasoning_effort",
  "model_reasoning_summary",
  "model_verbosity",
  "personality",
  "hide_agent_reasoning",
  "show_raw_agent_reasoning",
  "project_doc_max_bytes",
  "tui",
  "openai_base_url",
  "chatgpt_base_url",
  "model_provider",
  "model_providers",
  "notify",
  "otel",
]);

/** What `.codex/` of a repository asks for. AGENTS.md is only instructions. */
export const repository: AgentRepository = {
  files: [`${folder}/config.toml`, `${folder}/hooks.json`, `${rulesFolder}/default.rules`],
  folders: [{ path: rulesFolder, ext: ".rules" }],
  read: (contents) => ({
    findings: [...contents].flatMap(([path, text]) => readFile(path, text)),
    rules: { allow: [], deny: [], ask: [] },
  }),
};

function readFile(path: string, text: string): Finding[] {
  if (path.endsWith(`${folder}/config.toml`)) return readConfig(path, text);
  if (path.endsWith(`${folder}/hooks.json`)) return readHooks(path, text);
  const what = text.slice(0, longest).trim();
  const why = "commands that the agent runs without asking";
  return [what === "" ? unreadable(path, "a file that cannot be read") : { where: path, what, why }];
}

/** The program's own parser may read a file that this one cannot, so such a file is a finding. */
function readConfig(path: string, text: string): Finding[] {
  let config: Record<string, unknown>;
  try {
    config = parse(text);
  } catch {
    return [unreadable(path, "a file that is not valid TOML")];
  }
  // A link, which is given as an empty file, leads to another one.
  if (text === "") return [unreadable(path, "a file that cannot be read")];
  return Object.entries(config).flatMap(([name, value]): Finding[] => {
    if (harmless.has(name)) return [];
    const parts = name === "hooks" ? hooksOf(value) : partsOf(value);
    return parts.map((part) => ({
      where: `${path}: ${part.name === undefined ? name : `${name}.${part.name}`}`,
      what: shown(part.value),
      why: reasons[name] ?? unknown,
    }));
  });
}

interface Part {
  /** absent: the whole setting */
  name?: string;
  value: unknown;
}

/** A table of tables is shown one by one. */
function partsOf(value: unknown): Part[] {
  const entries = isTable(value) ? Object.entries(value) : [];
  return entries.length > 0 && entries.every(([, one]) => isTable(one))
    ? entries.map(([name, one]) => ({ name, value: one }))
    : [{ value }];
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function readHooks(path: string, text: string): Finding[] {
  const content = jsonObject.safeParse(parseJson(text)).data;
  if (content === undefined) return [unreadable(path, "a file that is not valid JSON")];
  return hooksOf(asObject(content["hooks"]) ?? content).map(({ name, value }) => ({
    where: name === undefined ? path : `${path}: ${name}`,
    what: shown(value),
    why: reasons["hooks"] ?? unknown,
  }));
}

/** Each hook by its command, if it has that form. */
function hooksOf(value: unknown): Part[] {
  if (!isTable(value)) return [{ value }];
  return Object.entries(value).flatMap(([name, entries]) => {
    const known = listOf(entries).flatMap((entry) => (isTable(entry) ? listOf(entry["hooks"]) : []));
    const each = known.length > 0 ? known : [entries];
    return each.map((hook) => ({ name, value: (isTable(hook) ? hook["command"] : undefined) ?? hook }));
  });
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value, (_key, one: unknown) => one ?? null);
  return (text ?? "").slice(0, longest);
}

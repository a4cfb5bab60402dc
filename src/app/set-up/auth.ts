import { findAgent } from "../../agent/catalog.ts";
import type { Login } from "../../agent/types.ts";
import type { LogoutResult } from "../../auth/logout.ts";
import type { AuthStatus } from "../../auth/status.ts";
import { agentIds, type AgentId } from "../../contract/agents.ts";
import type { Settings } from "../../contract/settings.ts";
import { toCoworkError } from "../../errors.ts";
import { namingAgent } from "../../hint.ts";
import type { ConnectIo, SessionHost } from "../../session/session-host.ts";
import type { Scope } from "../scope.ts";

/** Runs the agent's own login on the given terminal, or with a token on its standard input. Throws NOT_LOGGED_IN, SESSION_BUSY. */
export async function logIn(
  scope: Scope,
  { agent, ...how }: { longLived: boolean; token: boolean; agent: AgentId | undefined },
  io: ConnectIo,
): Promise<Login> {
  const settings = await settingsOf(scope, agent);
  return await (await scope.host()).login({ settings, ...how }, io);
}

/** One agent's login, with the agent's name for people. */
export interface AgentLogin extends AuthStatus {
  title: string;
}

export interface AllLogins {
  /** of the agent that was named, else of the one that the configuration selects */
  own: AgentLogin;
  /** of every agent that the host knows, in the usual order */
  agents: AgentLogin[];
  /** the agent that the configuration selects */
  configured: AgentId;
  /** the host of new sessions */
  host: string;
}

/** The logins on the host of new sessions. @param wanted the agent that the user named */
export async function authStatus(scope: Scope, wanted: AgentId | undefined): Promise<AllLogins> {
  const { agent: configured, host: name = "local" } = await scope.settings();
  const host = await scope.host();
  const agent = wanted ?? configured;
  const [own, ...others] = await Promise.all([
    readLogin(host, agent, configured),
    ...agentIds.filter((id) => id !== agent).map(async (id) => await readOther(host, id, configured)),
  ]);
  const all = [own, ...others.flatMap((one) => one ?? [])];
  const agents = agentIds.flatMap((id) => all.find((one) => one.agent === id) ?? []);
  return { own, agents, configured, host: name };
}

async function readLogin(host: SessionHost, agent: AgentId, configured: AgentId): Promise<AgentLogin> {
  const { login, problems, ...rest } = await host.authStatus(agent);
  const say = (line: string): string => namingAgent(line, agent, configured);
  const shown = { login: { ...login, detail: say(login.detail) }, problems: problems.map(say) };
  return { ...rest, ...shown, agent, title: findAgent(agent)?.title ?? agent };
}

/** What is wrong with another agent must not hide the one that is meant. Undefined for an agent that the host does not know. */
async function readOther(host: SessionHost, agent: AgentId, configured: AgentId): Promise<AgentLogin | undefined> {
  try {
    return await readLogin(host, agent, configured);
  } catch (error) {
    const { code, message } = toCoworkError(error);
    if (["REQUEST_INVALID", "HOST_ANSWER_INVALID", "USAGE"].includes(code)) return undefined;
    if (code === "HOST_UNREACHABLE" || code === "INTERRUPTED") throw error;
    const login = { state: "broken" as const, detail: message };
    const title = findAgent(agent)?.title ?? agent;
    return { agent, title, login, readable: false, repaired: [], problems: [], threats: [] };
  }
}

export async function logOut(scope: Scope, agent: AgentId | undefined): Promise<LogoutResult & { title: string }> {
  const settings = await settingsOf(scope, agent);
  const result = await (await scope.host()).logout({ settings });
  return { ...result, title: findAgent(settings.agent)?.title ?? settings.agent };
}

async function settingsOf(scope: Scope, agent: AgentId | undefined): Promise<Settings> {
  return (await scope.resolve({ flags: { AGENT: agent } })).settings;
}

import type { Login, LoginState } from "../../agent/types.ts";
import { plain } from "../../system/text.ts";
import type { Style, Tone } from "../terminal/style.ts";
import { displayWidth, pad } from "../terminal/width.ts";

const marks: Record<LoginState, { mark: string; tone: Tone }> = {
  ok: { mark: "✔", tone: "green" },
  none: { mark: "✖", tone: "red" },
  broken: { mark: "✖", tone: "red" },
};

interface AgentLogin {
  agent: string;
  title: string;
  login: Login;
}

/** A line for each agent, with details of its login below it. Only the configured one has to be logged in. */
export function renderLogins(
  agents: readonly AgentLogin[],
  { configured, style }: { configured: string; style: Style },
): string {
  const width = Math.max(...agents.map(({ title }) => displayWidth(plain(title))));
  return agents
    .map(({ agent, title, login }) => {
      const isUnused = login.state === "none" && agent !== configured;
      const { mark, tone } = isUnused ? { mark: "-", tone: "dim" as const } : marks[login.state];
      const line = `${style(tone, mark)} ${pad(plain(title), width)}  ${plain(login.detail)}`;
      return [line, ...facts(login, style, " ".repeat(width + 4))].join("\n");
    })
    .join("\n");
}

/** One line that says who is logged in, with details of the login below it. */
export function renderLogin(login: Login, style: Style): string {
  const { mark, tone } = marks[login.state];
  return [`${style(tone, mark)} ${plain(login.detail)}`, ...facts(login, style, "  ")].join("\n");
}

function facts(
  { account, organization, plan, endsAt, expiresAt, longLived }: Login,
  style: Style,
  indent: string,
): string[] {
  const end = longLived === true ? expiresAt : endsAt;
  const known: [string, string | undefined][] = [
    ["account", account],
    ["organization", organization],
    ["plan", plan],
    ["ends", end?.toISOString().slice(0, 16).replace("T", " ").concat(" UTC")],
  ];
  return known.flatMap(([name, value]) =>
    value === undefined ? [] : [`${indent}${style("dim", name)}  ${plain(value)}`],
  );
}

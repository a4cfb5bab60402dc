import type { SessionView } from "../../../session/types.ts";
import { plain } from "../../../system/text.ts";
import type { Scope } from "../../scope.ts";
import { listSessions } from "../../sessions/list.ts";
import { sendPrompt } from "../../work/talk.ts";

/** Sessions in one answer. */
const maxSessions = 40;

const help = [
  "/status: what the agents do, and what is open",
  "/send <project/session> <text>: say more to an agent",
].join("\n");

/** Answers a command of the chat. What it says of sessions is their names and states, and nothing that an agent wrote. */
export async function answerCommand(scope: Scope, { resend }: { resend: () => number }, text: string): Promise<string> {
  const [, name = "", , rest = ""] = /^\/(\w+)(@\w+)?\s*([\s\S]*)$/.exec(text) ?? [];
  if (name === "status") return await status(scope, resend);
  if (name === "send") return await send(scope, rest);
  return help;
}

async function status(scope: Scope, resend: () => number): Promise<string> {
  const { sessions } = await listSessions(scope, { all: true });
  const lines = sessions.slice(0, maxSessions).map(sessionLine);
  const more = sessions.length - lines.length;
  const open = resend();
  return [
    ...(lines.length === 0 ? ["No sessions."] : lines),
    ...(more > 0 ? [`and ${more} more`] : []),
    open === 0 ? "Nothing waits for you." : `${open} ${open === 1 ? "question waits" : "questions wait"} for you.`,
  ].join("\n");
}

function sessionLine({ project, name, host, state, agentState }: SessionView): string {
  const where = host === "local" ? "" : `@${plain(host)}`;
  const why = agentState?.for === undefined ? "" : ` for ${agentState.for}`;
  const isKnown = state === "running" && agentState !== undefined && agentState.state !== "none";
  return `${plain(project)}/${plain(name)}${where}: ${isKnown ? `${agentState.state}${why}` : state}`;
}

async function send(scope: Scope, given: string): Promise<string> {
  const [, word, text = ""] = /^(\S+)\s+([\s\S]+)$/.exec(given.trim()) ?? [];
  if (word === undefined || word.startsWith("-")) return help;
  const { session, how } = await sendPrompt(scope, word, text);
  const said = { run: "went into the active run", resumed: "started a new run", typed: "was typed" }[how];
  return `${plain(session)}: your text ${said}.`;
}

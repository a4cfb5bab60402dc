import type { TestHome } from "../home/home.ts";
import { userEnvironment } from "../home/run-cowork.ts";
import { openTerminal, type TmuxTerminal } from "../tmux-terminal.ts";
import type { Vendor } from "./vendor.ts";

/** Logs in to Codex with `cowork auth login` in a terminal; the stand-in confirms the code at once. @returns what was shown */
export async function logInToCodex(home: TestHome, vendor: Vendor, cwd: string): Promise<string> {
  const terminal = await openLogin(home, vendor, cwd, ["--agent", "codex"]);
  const stop = vendor.adoptLogin(home.hash);
  try {
    await terminal.shows(/code=0/);
    return await terminal.screen();
  } finally {
    stop();
    await terminal.close();
  }
}

/** Logs in with `cowork auth login` in a terminal, as a user does. @param cwd a project of the user */
export async function logInOnTerminal(home: TestHome, vendor: Vendor, cwd: string): Promise<void> {
  const terminal = await openLogin(home, vendor, cwd, []);
  const stop = vendor.adoptLogin(home.hash);
  try {
    await terminal.shows(/Paste code here/);
    const [, state] = /[?&]state=([\w-]+)/.exec(await terminal.screen()) ?? [];
    await terminal.type("-l", `made-up-code#${state ?? ""}`);
    await terminal.type("Enter");
    await terminal.shows(/code=0/);
  } finally {
    stop();
    await terminal.close();
  }
}

async function openLogin(home: TestHome, vendor: Vendor, cwd: string, options: string[]): Promise<TmuxTerminal> {
  const env = userEnvironment(home, { TERM: "xterm-256color", COWORK_BASE_IMAGE: vendor.image });
  const variables = Object.entries(env).map((pair) => pair.join("="));
  const line = home.asUser(["env", "-i", "-C", cwd, ...variables, "cowork", "auth", "login", ...options]);
  return await openTerminal(line, { columns: 800, rows: 40 });
}

import type { TestHome } from "../home/home.ts";
import { userEnvironment } from "../home/run-cowork.ts";
import { openTerminal } from "../tmux-terminal.ts";
import type { Vendor } from "./vendor.ts";

/** Logs in with `cowork auth login` in a terminal, as a user does. @param cwd a project of the user */
export async function logInOnTerminal(home: TestHome, vendor: Vendor, cwd: string): Promise<void> {
  const env = userEnvironment(home, { TERM: "xterm-256color", COWORK_BASE_IMAGE: vendor.image });
  const variables = Object.entries(env).map((pair) => pair.join("="));
  const line = home.asUser(["env", "-i", "-C", cwd, ...variables, "cowork", "auth", "login"]);
  const terminal = await openTerminal(line, { columns: 800, rows: 40 });
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

/** `connect` through the host's tmux on this process's terminal. Arguments: cowork home, session id, container. */
import { join } from "node:path";
import { processCaller } from "../../src/commands/process/process-caller.ts";
import { attachTmux } from "../../src/session/connect/tmux.ts";
import { paneEnvironment } from "../../src/session/connect/tmux-plan.ts";
import { connectContext } from "./connect-context.ts";

const [home = "", id = "", container = ""] = process.argv.slice(2);
const caller = processCaller();
const command = [process.execPath, join(import.meta.dirname, "connect-here.ts"), home, container] as const;
const plan = { id, command, env: paneEnvironment(process.env) };
const code = await attachTmux(connectContext(home, { signal: caller.signal }), plan, process);
process.exitCode = code ?? 99;

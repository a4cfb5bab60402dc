/**
 * `connect` on this process's streams, with the same input and output as the command, for tests that need a real terminal.
 * Arguments: cowork home, container, then a command (default: a shell).
 */
import { connectIo } from "../../src/commands/sessions/connect-io.ts";
import { processCaller } from "../../src/commands/process/process-caller.ts";
import { CoworkError } from "../../src/errors.ts";
import { connectSession } from "../../src/session/connect/connect.ts";
import { connectContext } from "./connect-context.ts";

const [home = "", container = "", ...command] = process.argv.slice(2);
const caller = processCaller();
const closed = new AbortController();
process.stdout.on("error", () => closed.abort());
const io = connectIo(caller, closed.signal, () => undefined);
const target = {
  container: { id: container },
  user: "dev",
  workspaceFolder: "/work folder",
  environment: { HOME: "/home/dev", MARK: "seen", PATH: "/extra:/usr/bin:/bin" },
};
try {
  const options = command.length > 0 ? { command } : {};
  process.exitCode = await connectSession(connectContext(home, { signal: caller.signal }), target, options, io);
} catch (error) {
  process.exitCode = error instanceof CoworkError ? (caller.signalCode() ?? error.exitCode) : 70;
  process.stderr.write(`${String(error)}\n`);
} finally {
  io.release();
}

import { coworkVersion, isBuilt } from "./version.ts";

// Version and completion run before anything else is loaded, because they must be fast.
const argv = process.argv.slice(isBuilt() ? 3 : 2);
const [first] = argv;

if (first === "--version" || first === "-V") {
  process.stdout.write(`cowork ${coworkVersion()}\n`);
} else {
  void main();
}

async function main(): Promise<void> {
  const { processCaller } = await import("./commands/process/process-caller.ts");
  // On Ctrl-C ssh also sends SIGHUP to its ProxyCommand. That second signal does not mean that the user is impatient.
  const caller = processCaller({ patient: first === "__ssh" });
  if (first === "__complete") {
    const { completeLine } = await import("./commands/line/complete-line.ts");
    process.exitCode = await completeLine(argv.slice(1), caller);
    return;
  }
  if (first === "__host") {
    const { serveHostProcess } = await import("./commands/process/serve-host.ts");
    leave(await serveHostProcess(argv.slice(1), caller));
    return;
  }
  if (first === "__ssh") {
    const { serveHere } = await import("./commands/process/ssh-serve.ts");
    leave(await serveHere(argv.slice(1), caller));
    return;
  }
  const { runCli } = await import("./commands/line/cli.ts");
  leave(await runCli(argv, caller));
}

function leave(code: number): void {
  // Flush the output, then exit even if something (a socket of the engine) would keep the process alive.
  process.stdout.write("", () => {
    // oxlint-disable-next-line unicorn/no-process-exit -- the only place that ends the process
    process.stderr.write("", () => process.exit(code));
  });
}

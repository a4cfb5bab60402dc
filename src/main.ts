import { coworkVersion, isBuilt } from "./version.ts";

// Version and completion answer before anything else is loaded: they are what people wait for without wanting to.
const argv = process.argv.slice(isBuilt() ? 3 : 2);
const [first] = argv;

if (first === "--version" || first === "-V") {
  process.stdout.write(`cowork ${coworkVersion()}\n`);
} else {
  void main();
}

async function main(): Promise<void> {
  const { processCaller } = await import("./commands/process/process-caller.ts");
  // ssh hangs up on what it started also when a Ctrl-C came to both: that is not somebody asking twice.
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
  // What was written is out before the process ends, also when something (a socket of the engine) would keep it alive.
  process.stdout.write("", () => {
    // oxlint-disable-next-line unicorn/no-process-exit -- the only place that ends the process
    process.stderr.write("", () => process.exit(code));
  });
}

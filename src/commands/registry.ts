import { approvalsCommand } from "./approvals.ts";
import { approveCommand } from "./approve.ts";
import { authCommand } from "./auth.ts";
import { claimCommand } from "./claim.ts";
import { cleanCommand } from "./clean.ts";
import type { Command } from "./line/command.ts";
import { completionCommand } from "./completion.ts";
import { configCommand } from "./config.ts";
import { conflictsCommand } from "./conflicts.ts";
import { connectCommand } from "./connect.ts";
import { cpCommand } from "./cp.ts";
import { denyCommand } from "./deny.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { helpCommand } from "./help-command.ts";
import { hostCommand } from "./host.ts";
import { initCommand } from "./init.ts";
import { interruptCommand } from "./interrupt.ts";
import { listCommand } from "./list.ts";
import { logsCommand } from "./logs.ts";
import { mcpCommand } from "./mcp.ts";
import { notifyCommand } from "./notify.ts";
import { mergeCommand } from "./merge.ts";
import { openCommand } from "./open.ts";
import { pullCommand } from "./pull.ts";
import { projectsCommand } from "./projects.ts";
import { pushCommand } from "./push.ts";
import { runCommand } from "./run.ts";
import { runsCommand } from "./runs.ts";
import { sendCommand } from "./send.ts";
import { serveCommand } from "./serve.ts";
import { setupCommand } from "./setup.ts";
import { sshConfigCommand } from "./ssh-config.ts";
import { startCommand } from "./start.ts";
import { statusCommand } from "./status.ts";
import { stopCommand } from "./stop.ts";
import { uiCommand } from "./ui.ts";
import { waitCommand } from "./wait.ts";
import { watchCommand } from "./watch.ts";

/** Every command, in the order of help and docs. */
export const commands: readonly Command[] = [
  initCommand,
  connectCommand,
  listCommand,
  statusCommand,
  startCommand,
  stopCommand,
  cleanCommand,
  openCommand,
  runCommand,
  runsCommand,
  approvalsCommand,
  approveCommand,
  denyCommand,
  sendCommand,
  interruptCommand,
  waitCommand,
  uiCommand,
  watchCommand,
  eventsCommand,
  notifyCommand,
  conflictsCommand,
  diffCommand,
  pullCommand,
  pushCommand,
  mergeCommand,
  claimCommand,
  cpCommand,
  logsCommand,
  authCommand,
  hostCommand,
  projectsCommand,
  configCommand,
  sshConfigCommand,
  doctorCommand,
  serveCommand,
  setupCommand,
  mcpCommand,
  completionCommand,
  helpCommand,
];

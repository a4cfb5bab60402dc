import { approvalsCommand } from "./agents/approvals.ts";
import { approveCommand } from "./agents/approve.ts";
import { authCommand } from "./set-up/auth.ts";
import { claimCommand } from "./exchange/claim.ts";
import { cleanCommand } from "./sessions/clean.ts";
import type { Command } from "./line/command.ts";
import { completionCommand } from "./set-up/completion.ts";
import { configCommand } from "./set-up/config.ts";
import { conflictsCommand } from "./exchange/conflicts.ts";
import { connectCommand } from "./sessions/connect.ts";
import { cpCommand } from "./sessions/cp.ts";
import { denyCommand } from "./agents/deny.ts";
import { diffCommand } from "./exchange/diff.ts";
import { doctorCommand } from "./set-up/doctor.ts";
import { eventsCommand } from "./agents/events.ts";
import { helpCommand } from "./line/help-command.ts";
import { hostCommand } from "./set-up/host.ts";
import { initCommand } from "./sessions/init.ts";
import { interruptCommand } from "./agents/interrupt.ts";
import { listCommand } from "./sessions/list.ts";
import { logsCommand } from "./agents/logs.ts";
import { mcpCommand } from "./control-plane/mcp.ts";
import { notifyCommand } from "./set-up/notify.ts";
import { mergeCommand } from "./exchange/merge.ts";
import { openCommand } from "./sessions/open.ts";
import { pullCommand } from "./exchange/pull.ts";
import { projectsCommand } from "./set-up/projects.ts";
import { pushCommand } from "./exchange/push.ts";
import { runCommand } from "./agents/run.ts";
import { runsCommand } from "./agents/runs.ts";
import { sendCommand } from "./agents/send.ts";
import { serveCommand } from "./control-plane/serve.ts";
import { setupCommand } from "./set-up/setup.ts";
import { sshConfigCommand } from "./set-up/ssh-config.ts";
import { startCommand } from "./sessions/start.ts";
import { statusCommand } from "./sessions/status.ts";
import { stopCommand } from "./sessions/stop.ts";
import { uiCommand } from "./control-plane/ui.ts";
import { waitCommand } from "./agents/wait.ts";
import { watchCommand } from "./watch/watch.ts";

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

import { wordOf } from "../../app/watch/session-word.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import type { App } from "../process/app.ts";
import { runOwn } from "../process/run-own.ts";

/** Opens the agent that asks something on this terminal: its own dialog can be used, too. */
export async function openAgentOf(app: App, { sessionId, session, project, host }: ApprovalView): Promise<void> {
  await runOwn(app, ["open", wordOf({ id: sessionId, name: session, project, host })]);
}

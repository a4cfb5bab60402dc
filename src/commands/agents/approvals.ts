import { defineCommand } from "../line/command.ts";
import { allFlag } from "../line/shared-flags.ts";

export const approvalsCommand = defineCommand({
  name: "approvals",
  group: "Work",
  summary: "Show what agents wait for, and answer it",
  details: [
    "On a terminal the requests of this project (outside a project, or with --all, of every project) are shown one at a time, each as a whole. A key\n" +
      "and Enter answer it; Enter alone leaves it open. Without a terminal they are listed: answer them with approve and deny.",
    "What you allow is exactly what was shown. The dialog in the agent's own terminal can still be used: the first answer counts.",
  ],
  positionals: [],
  flags: { ...allFlag },
  examples: [
    { line: "cowork approvals", text: "answer what waits in this project" },
    { line: "cowork approvals --all --json", text: "list the open approvals of every project" },
  ],
  async run({ flags }, app) {
    const { listApprovals } = await import("../../app/work/approvals.ts");
    const { terminal } = app;
    const read = async (): ReturnType<typeof listApprovals> => await listApprovals(await app.scope(), flags);
    if (app.globals.json) return app.json({ approvals: await read() });
    if (terminal.canAsk && terminal.streams.stdout.isTTY === true) {
      const { askApprovals } = await import("./ask-approvals.ts");
      await askApprovals(app, read);
      const { length } = await read();
      terminal.err(length === 0 ? "No agent waits for an answer." : `Left open: ${length}.`);
      return 0;
    }
    const approvals = await read();
    if (approvals.length === 0) {
      terminal.err("No agent waits for an answer.");
      return 0;
    }
    const { renderApprovals } = await import("../../ui/agents/approval-list.ts");
    const { width, style } = terminal;
    terminal.out(renderApprovals(approvals, { now: app.now(), width, style }));
    return 0;
  },
});

import type { ApprovalView } from "../../../src/contract/work/approval.ts";

/** An open request of session api of project shop, which asks for a command. */
export function approvalView(change: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id: "q7f",
    digest: "ab".repeat(32),
    session: "api",
    sessionId: "shop-api",
    project: "shop",
    host: "local",
    kind: "approval",
    tool: "Bash",
    text: "npm publish --dry-run",
    lines: 1,
    bytes: 21,
    hidden: false,
    folder: "/workspaces/shop-api",
    user: "dev",
    input: { command: "npm publish --dry-run" },
    rules: ["Bash(npm publish *)"],
    subagent: false,
    askedAt: "2026-03-01T11:58:00.000Z",
    state: "open",
    ...change,
  };
}

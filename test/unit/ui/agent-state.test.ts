import { expect, test } from "vitest";
import type { AgentState } from "../../../src/contract/work/agent-state.ts";
import { nowText } from "../../../src/ui/agents/agent-state.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";

const since = "2026-03-01T12:00:00.000Z";

test.each<[AgentState, string]>([
  [{ state: "working", since, detail: "Edit src/cart.ts", tasks: { done: 1, total: 3 } }, "[1/3] Edit src/cart.ts"],
  [{ state: "idle", since, tasks: { done: 3, total: 3 } }, "[3/3]"],
  [{ state: "working", since, detail: "Edit src/cart.ts" }, "Edit src/cart.ts"],
  [{ state: "idle", since }, ""],
])("what happens in %j is '%s'", (agentState, expected) => {
  expect(nowText(sessionView({ agentState }))).toBe(expected);
});

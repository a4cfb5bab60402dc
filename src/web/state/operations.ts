import { computed, signal } from "@preact/signals";
import type { Operation } from "../../contract/http/operations.ts";
import { call } from "../api/call.ts";
import { plain } from "../text/visible.ts";
import { leftOut } from "./merge.ts";
import { refresher } from "./refresh.ts";
import { toast } from "./toasts.ts";

/** Long work that runs, or ended while this page was open. */
export const operations = signal<Operation[]>([]);

/** The oldest one that asks something. */
export const asking = computed(() => operations.value.find(({ state }) => state === "asking"));

const followed = new Set<string>();

/** How often work is asked for while the stream is silent. */
const pollMs = 2_000;

export const loadOperations = refresher(async () => {
  const before = new Map(operations.peek().map((one) => [one.id, one.state]));
  operations.value = (await call("GET /operations", {})).operations;
  for (const one of operations.value) {
    if (!followed.has(one.id) || isActive(one)) continue;
    const was = before.get(one.id);
    if (was === "done" || was === "failed") continue;
    followed.delete(one.id);
    report(one);
  }
  if (operations.value.some(isActive)) setTimeout(() => void loadOperations().catch(() => undefined), pollMs);
});

/** Takes work that this page started, and tells how it ends. */
export function followOperation(operation: Operation): void {
  followed.add(operation.id);
  operations.value = [operation, ...operations.value.filter(({ id }) => id !== operation.id)];
  void loadOperations().catch(() => undefined);
}

export function isActive({ state }: Operation): boolean {
  return state === "running" || state === "asking";
}

/** The work that is done for a session now. */
export function workOn(key: string): Operation | undefined {
  return operations.value.find((one) => isActive(one) && one.sessions.includes(key));
}

const words = {
  init: ["Creating", "Created"],
  run: ["Handing over", "Handed over"],
  start: ["Starting", "Started"],
  stop: ["Stopping", "Stopped"],
  pull: ["Pulling", "Pulled"],
  clean: ["Removing", "Removed"],
  merge: ["Merging", "Merged"],
} as const;

/** `Pulling app-fix` */
export function describe({ kind, sessions }: Operation, isOver = false): string {
  const names = sessions.map((name) => plain(name).replace(/@local$/, "")).join(", ");
  return `${words[kind][isOver ? 1 : 0]} ${names}`;
}

function report(one: Operation): void {
  const failure =
    one.error ?? [...(one.result?.outcomes ?? []), ...(one.result?.cleaned ?? [])].find(({ ok }) => !ok)?.error;
  if (failure !== undefined) {
    toast(plain(failure.message), failure.hint === undefined ? undefined : plain(failure.hint), true);
    return;
  }
  const out = one.result?.merge === undefined ? [] : leftOut(one.result.merge);
  if (out.length > 0) {
    toast("Not all sessions were merged", out.map(plain).join(", "), true);
    return;
  }
  const branches = one.result?.pulled?.branches ?? [];
  toast(describe(one, true), branches.length > 0 ? `Now in the project: ${branches.map(plain).join(", ")}` : undefined);
}

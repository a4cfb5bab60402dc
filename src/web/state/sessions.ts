import { computed, signal } from "@preact/signals";
import type { SessionStatus } from "../../contract/session.ts";
import { call } from "../api/call.ts";
import { keepSame, refresher } from "./refresh.ts";

/** A session of the list: what could not be read is absent, and so is the detail until it was asked for. */
export type Session = Partial<SessionStatus> & { name: string };

/** Undefined until the first answer. */
export const sessions = signal<Session[] | undefined>(undefined);

/** What only the slower question tells: unsaved work, git. */
const details = signal<ReadonlyMap<string, Pick<Session, "git" | "unsaved" | "unsavedWork">>>(new Map());

/** `{id}@{host}`, as routes take it. */
export function keyOf({ id, name, host }: Session): string {
  return `${id ?? name}@${host ?? "local"}`;
}

export const sessionsByKey = computed(() => new Map((sessions.value ?? []).map((one) => [keyOf(one), one])));

/** Not all sessions have the same agent: then its name is shown. */
export const hasSeveralAgents = computed(
  () => new Set((sessions.value ?? []).flatMap(({ agent = "" }) => (agent === "" ? [] : [agent]))).size > 1,
);

/** The session with its detail, if that was asked for. */
export function detailOf(session: Session): Pick<Session, "git" | "unsaved" | "unsavedWork"> {
  return details.value.get(keyOf(session)) ?? session;
}

export const loadSessions = refresher(async () => {
  const answer = await call("GET /sessions", {});
  sessions.value = keepSame(sessions.peek() ?? [], answer.sessions as Session[], keyOf);
});

export const loadDetails = refresher(async () => {
  const answer = await call("GET /sessions", { query: { detail: "true" } });
  details.value = new Map(
    (answer.sessions as Session[]).map((one) => {
      const { git = null, unsaved = false, unsavedWork = [] } = one;
      return [keyOf(one), { git, unsaved, unsavedWork }];
    }),
  );
}, 5_000);

/** The groups of the first page, in the order in which they matter. */
export type Group = "waiting" | "trouble" | "working" | "ready" | "stopped";

/** What a session needs or does, for its place in the list. */
export function groupOf({ state, agentState, approvals = 0, run }: Session): Group {
  const agent = agentState?.state;
  if (approvals > 0 || (agent === "waiting" && agentState?.for !== "limit")) return "waiting";
  if (state === "failed" || state === "missing" || state === "unreachable" || agent === "failed") return "trouble";
  if (agent === "working" || agent === "starting" || agent === "waiting" || state === "creating") return "working";
  if (state === "stopped") return "stopped";
  return run?.state === "failed" ? "trouble" : "ready";
}

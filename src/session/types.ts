import type { SessionStatus, SessionView } from "../contract/session.ts";

export type { SessionStatus, SessionView };
export type { InitPlan } from "../contract/devcontainer/init-plan.ts";
export type { Outcome } from "../contract/outcome.ts";
export type { CarryRequest, InitRequest, Selector } from "../contract/remote/requests.ts";
export type SessionState = SessionView["state"];
export type GitView = NonNullable<SessionStatus["git"]>;

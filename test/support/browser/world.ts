import type { FeedEvent } from "../../../src/contract/http/events.ts";
import type { HostState, ListedProject } from "../../../src/contract/http/places.ts";
import type { Operation } from "../../../src/contract/http/operations.ts";
import type { Role } from "../../../src/contract/http/route.ts";
import type { CleanOutcome } from "../../../src/contract/outcome.ts";
import type { ClaimView } from "../../../src/contract/merging/claims.ts";
import type { MergeView } from "../../../src/contract/merging/merge.ts";
import type { ConflictsOutput } from "../../../src/contract/merging/conflicts.ts";
import type { SessionStatus } from "../../../src/contract/session.ts";
import type { ApprovalView } from "../../../src/contract/work/approval.ts";
import type { RunView } from "../../../src/contract/work/run.ts";
import type { TranscriptEntry } from "../../../src/contract/work/transcript.ts";

type Answer = { status: number; value: unknown };

/** What the fake server knows. */
export interface World {
  role: Role;
  sessions: SessionStatus[];
  approvals: ApprovalView[];
  runs: RunView[];
  projects: ListedProject[];
  hosts: HostState[];
  operations: Operation[];
  /** ascending by `seq` */
  events: FeedEvent[];
  transcript: TranscriptEntry[];
  diff: string;
  log: string;
  artifact: string;
  merge: MergeView | null;
  claims: ClaimView[];
  conflicts: ConflictsOutput & { diffs?: { a: string; b: string; text: string }[] };
  unsaved: string[];
  answer: (method: string, path: string, query: URLSearchParams, body: string) => Answer;
}

const ok = (value: unknown, status = 200): Answer => ({ status, value });

export function emptyWorld(): World {
  const world: World = {
    role: "full",
    sessions: [],
    approvals: [],
    runs: [],
    projects: [],
    hosts: [{ name: "local", state: "reachable", sessions: 0 }],
    operations: [],
    events: [],
    transcript: [],
    diff: "",
    log: "",
    artifact: "",
    merge: null,
    claims: [],
    conflicts: { sessions: [], pairs: [] },
    unsaved: [],
    answer(method, path, query, body) {
      return answerFrom(this, method, path, query, body);
    },
  };
  return world;
}

function answerFrom(world: World, method: string, path: string, query: URLSearchParams, body: string): Answer {
  const [, first = "", id = "", part = ""] = path.split("/").map(decodeURIComponent);
  const device = {
    id: "d1",
    name: "Chrome on Linux",
    role: world.role,
    createdAt: at(0),
    lasting: false,
    current: true,
  };
  const me = { version: "0.1.0", feed: "f", startedAt: at(0), user: "ada", role: world.role, device };
  const answers: Record<string, () => unknown> = {
    "POST /auth/exchange": () => ({ token: "token", me }),
    "GET /me": () => me,
    "GET /devices": () => ({ devices: [device] }),
    "POST /devices/links": () => ({ url: "http://cowork.localhost:1/#code=a", role: "approve", expiresAt: at(0) }),
    "GET /sessions": () => ({ sessions: world.sessions }),
    "GET /approvals": () => ({ approvals: world.approvals.filter(({ state }) => state === "open") }),
    "GET /runs": () => ({ runs: world.runs }),
    "GET /projects": () => ({ projects: world.projects }),
    "GET /hosts": () => ({ hosts: world.hosts }),
    "GET /hosts/local/checks": () => ({ checks: [{ title: "Docker Engine", status: "ok", detail: "answers" }] }),
    "GET /conflicts": () => {
      const { diffs = [], ...found } = world.conflicts;
      return query.has("a") ? { ...found, diffs } : found;
    },
    "GET /merges": () => ({ merge: world.merge }),
    "GET /claims": () => ({ claims: world.claims }),
    "GET /operations": () => ({ operations: world.operations }),
    "GET /events": () => eventsFrom(world, query),
  };
  const given = answers[`${method} ${path}`];
  if (given !== undefined) return ok(given());
  if (first === "approvals") return answerApproval(world, id, part, body);
  const session = world.sessions.find((one) => `${one.id}@${one.host}` === id);
  if (first === "sessions" && method === "GET" && session !== undefined) return ok(partOf(world, session, part, query));
  if (part === "prompts") return ok({ how: "run" });
  if (method === "POST") return ok({ operation: startedOperation(id) }, 202);
  return { status: 404, value: { title: "There is no such thing.", status: 404, code: "NOT_FOUND" } };
}

/** What is below `/sessions/{session}`. */
function partOf(world: World, session: SessionStatus, part: string, query: URLSearchParams): unknown {
  const parts: Record<string, unknown> = {
    "": session,
    diff: { text: world.diff, truncated: false },
    log: { text: world.log, truncated: false },
    transcript: { entries: query.has("after") ? [] : world.transcript, cursor: "c", more: false, reset: false },
    "clean-preview": { session: cleanOutcome(session, world.unsaved) },
    runs: world.artifact,
  };
  return parts[part];
}

function answerApproval(world: World, id: string, part: string, body: string): Answer {
  const one = world.approvals.find((approval) => `${approval.id}@${approval.host}` === id && approval.state === "open");
  if (one === undefined)
    return { status: 410, value: { title: "It was answered.", status: 410, code: "APPROVAL_NOT_FOUND" } };
  const { digest } = JSON.parse(body || "{}") as { digest?: string };
  if (digest !== one.digest)
    return { status: 409, value: { title: "It changed.", status: 409, code: "APPROVAL_CHANGED" } };
  if (part === "answer") one.state = "answered";
  return ok(one);
}

function eventsFrom({ events }: World, query: URLSearchParams): object {
  const limit = Number(query.get("limit") ?? 500);
  const types = (query.get("type") ?? "").split(",");
  const before = Number(query.get("before") ?? Number.POSITIVE_INFINITY);
  const session = query.get("session");
  const matching = events.filter(
    (event) =>
      event.seq < before &&
      types.some((prefix) => event.type.startsWith(prefix)) &&
      (session === null || `${event.sessionId}@${event.host}` === session),
  );
  return { feed: "f", events: matching.slice(-limit), last: events.at(-1)?.seq ?? 0, more: matching.length > limit };
}

function cleanOutcome({ name }: SessionStatus, unsaved: string[]): CleanOutcome {
  return { name, ok: true, exitCode: 0, notes: [], unsaved, removed: ["the clone", "the container"] };
}

function startedOperation(id: string): Operation {
  return {
    id: "0123456789abcdef",
    kind: "pull",
    sessions: [id],
    state: "running",
    by: "ada",
    startedAt: at(0),
    events: [],
  };
}

/** A time that many minutes ago. */
export function at(minutesAgo: number): string {
  return new Date(Date.now() - minutesAgo * 60_000).toISOString();
}

import * as z from "zod";
import { check } from "../../src/contract/check.ts";
import { failure } from "../../src/contract/error.ts";
import { domainEvent } from "../../src/contract/events.ts";
import { hintPart } from "../../src/contract/hint.ts";
import { device, me, signInLink } from "../../src/contract/http/auth.ts";
import { changed, feedEvent, streamReady } from "../../src/contract/http/events.ts";
import { operation, operationResult } from "../../src/contract/http/operations.ts";
import { host, project } from "../../src/contract/http/places.ts";
import { problem } from "../../src/contract/http/problem.ts";
import { cleanOutcome, outcome } from "../../src/contract/outcome.ts";
import { listed } from "../../src/contract/output.ts";
import { storedQuestion } from "../../src/contract/questions.ts";
import { sessionStatus, sessionView } from "../../src/contract/session.ts";
import { agentState } from "../../src/contract/work/agent-state.ts";
import { approvalView } from "../../src/contract/work/approval.ts";
import { runView } from "../../src/contract/work/run.ts";
import { transcriptEntry } from "../../src/contract/work/transcript.ts";

/** Schemas that have a name of their own in the papers, so that each is written down once. */
const named = {
  AgentState: agentState,
  Approval: approvalView,
  Changed: changed,
  Check: check,
  CleanOutcome: cleanOutcome,
  Device: device,
  Event: feedEvent,
  Failure: failure,
  HintPart: hintPart,
  Host: host,
  ListedSession: listed,
  Me: me,
  Operation: operation,
  OperationResult: operationResult,
  Outcome: outcome,
  Problem: problem,
  Progress: domainEvent,
  Project: project,
  Question: storedQuestion,
  Run: runView,
  Session: sessionView,
  SessionStatus: sessionStatus,
  SignInLink: signInLink,
  StreamReady: streamReady,
  TranscriptEntry: transcriptEntry,
} as const;

export type JsonSchema = z.core.JSONSchema.JSONSchema;

for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { id });

export const namedSchemas: Readonly<Record<string, z.core.$ZodType>> = named;

/** As JSON Schema, with references to the named ones: what is sent, so that a transformed value has the form that it has in JSON. */
export function jsonSchema(schema: z.core.$ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

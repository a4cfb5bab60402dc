import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { Settings } from "../../../src/config/types.ts";
import type { Question } from "../../../src/contract/questions.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { ProgressEvent } from "../../../src/events.ts";
import type { Project } from "../../../src/project/types.ts";
import { createRemoteHost } from "../../../src/remote/client/remote-host.ts";
import type { Connection } from "../../../src/remote/types.ts";
import { createLocalClient } from "../../../src/session/project-client.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import type { InitRequest } from "../../../src/session/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { gitWorkshop, type GitWorkshop } from "../git/git-project.ts";
import { fakeConnection, type OtherEnd, speaking } from "./fake-connection.ts";

/** The client's side of a connection to a compromised host, and what reached this machine from it. New for each test. */
export interface HostileHost {
  shop: GitWorkshop;
  /** root folder of the project */
  root: string;
  ctx: Context;
  /** aborts the command */
  controller: AbortController;
  events: ProgressEvent[];
  /** all that the user was asked; every answer is yes */
  questions: Question[];
  logged: string[];
  /** names of the sessions that were entered in the index */
  begunNames: string[];
  connections: ReturnType<typeof fakeConnection>[];
  project: Project;
  /** a host whose program is played by `other` */
  remote(other: (end: OtherEnd) => void): RemoteSessionHost;
  initRequest(): Promise<InitRequest>;
}

export type RemoteSessionHost = SessionHost & { close(): void };

/** Call it once at the top of a test file: it sets the fields before each test and removes the project after it. */
export function useHostileHost(): HostileHost {
  const fixture = {} as HostileHost;
  beforeEach(async () => void Object.assign(fixture, await hostileHost()));
  afterEach(() => fixture.shop.end());
  return fixture;
}

async function hostileHost(): Promise<HostileHost> {
  const controller = new AbortController();
  const events: ProgressEvent[] = [];
  const questions: Question[] = [];
  const logged: string[] = [];
  const begunNames: string[] = [];
  const connections: HostileHost["connections"] = [];
  const shop = await gitWorkshop({
    signal: controller.signal,
    report: (event) => void events.push(event),
    ask: async (question) => {
      await Promise.resolve();
      questions.push(question);
      return true;
    },
    log: (line) => void logged.push(line),
  });
  const ctx = shop.context;
  const root = await shop.project();
  await writeFile(join(shop.root, "program"), "#!/bin/sh\n");
  await writeFile(join(shop.root, "secret"), "s3cret\n");
  const project = {
    facts: { name: "app", root, rootCommit: await shop.git(root, "rev-parse", "HEAD") },
    source: { kind: "repository", root, gitDir: join(root, ".git") },
  } as Project;
  const remote: HostileHost["remote"] = (other) => {
    const user = createLocalClient(ctx, () => Promise.resolve(project), { others: false });
    const connect = async (): Promise<Connection> => {
      await Promise.resolve();
      const made = fakeConnection(other);
      connections.push(made);
      return made;
    };
    const program = { file: join(shop.root, "program"), hash: "abc" };
    const begin = (names: readonly string[]): Promise<() => Promise<void>> => {
      begunNames.push(...names);
      return Promise.resolve(() => Promise.resolve());
    };
    const from = () => Promise.resolve(project.source);
    return createRemoteHost(ctx, { name: "box", user, program, connect, source: from, begin });
  };
  const initRequest: HostileHost["initRequest"] = async () => {
    const start = { branch: "a", commit: await shop.git(root, "rev-parse", "HEAD"), existing: false };
    return {
      project: project.facts,
      source: project.source,
      sessions: [{ name: "a", start }],
      settings,
      options: { noStart: false },
      carry: { root, files: [], notes: [] },
    };
  };
  return {
    shop,
    root,
    ctx,
    controller,
    events,
    questions,
    logged,
    begunNames,
    connections,
    project,
    remote,
    initRequest,
  };
}

/** Answers the host's methods and all other calls by name. */
export const answering = (answers: Record<string, unknown>): ((end: OtherEnd) => void) =>
  speaking(({ m, a }) => {
    if (m === "now") return Date.now();
    if (m === "job") return jobAnswer(a[0], answers["job"]);
    return m === "call" ? answers[String(a[0])] : answers[m];
  });

/** Answers as a host without running jobs, on which a new job ends with this value. */
export const jobAnswer = (options: unknown, value: unknown): unknown =>
  (options as { args?: unknown }).args === undefined ? { missing: true } : { value };

// oxlint-disable-next-line no-control-regex -- the tests look for control characters
export const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

export async function failure(work: Promise<unknown>): Promise<CoworkError> {
  const error = await work.then(
    (value) => new Error(`it gave ${JSON.stringify(value)?.slice(0, 300)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CoworkError)) throw error as Error;
  expect(`${error.message}${error.hint ?? ""}`).not.toMatch(control);
  expect(error.message.length).toBeLessThan(20_000);
  return error;
}

export const evil = "\u001b]0;owned\u0007\u001b[2J\u001b[31mred\r\n\u009b5m\u202e\u0000x";
export const settings = {} as Settings;

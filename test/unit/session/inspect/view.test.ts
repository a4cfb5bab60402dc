import { finished, unfinished, unfinishedError } from "../../../../src/session/record/unfinished.ts";
import { describe, expect, it } from "vitest";
import type { ContainerSummary } from "../../../../src/engine/types.ts";
import type { SessionRecord } from "../../../../src/session/record/record.ts";
import { devContainer, viewSession, type Observed } from "../../../../src/session/inspect/view.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";

const paths = coworkPaths("/home/u/.cowork");

const record: SessionRecord = {
  schema: 1,
  id: "app-a",
  name: "a",
  project: "app",
  projectRoot: "/home/u/app",
  folder: "app",
  rootCommit: "1".repeat(40),
  createdAt: "2026-01-01T00:00:00.000Z",
  phase: "ready",
  start: { branch: "a", commit: "2".repeat(40), existing: false },
  agent: "claude",
  cloned: true,
  devcontainer: {
    kind: "image",
    path: ".devcontainer/devcontainer.json",
    trustHash: "x",
    changes: [],
    image: { ref: "cowork-app:k", key: "k" },
    remoteUser: "dev",
    remoteUid: 1000,
    git: {},
  },
  container: {
    user: "dev",
    workspaceFolder: "/workspaces/app-a",
    remoteEnv: {},
    startedAt: "2026-01-01T00:00:01.000Z",
  },
  volumes: [],
  images: [],
  carried: [],
};

function container(state: ContainerSummary["state"], labels: Record<string, string> = {}): ContainerSummary {
  return { id: "c".repeat(64), name: "n", image: "i", imageId: "", state, labels, ports: [], mounts: [] };
}

const world: Observed = { containers: [container("running")], cloneExists: true, branch: "a", busy: false };

describe("viewSession", () => {
  it("shows a running session as in the contract", () => {
    expect(viewSession(record, world, paths)).toEqual({
      id: "app-a",
      name: "a",
      project: "app",
      projectRoot: "/home/u/app",
      host: "local",
      state: "running",
      branch: "a",
      path: "/home/u/.cowork/sessions/app-a",
      agent: "claude",
      createdAt: "2026-01-01T00:00:00.000Z",
      container: {
        id: "c".repeat(64),
        image: "cowork-app:k",
        user: "dev",
        workspaceFolder: "/workspaces/app-a",
        startedAt: "2026-01-01T00:00:01.000Z",
      },
    });
  });

  it("shows a session without clone or container as missing, and lists what is missing", () => {
    const view = viewSession(record, { ...world, containers: [], cloneExists: false }, paths);
    expect(view).toMatchObject({ state: "missing", missing: ["clone", "container"], container: null });
  });

  it("shows a session that never had a container as stopped, not missing", () => {
    const { container: _, ...neverUp } = record;
    expect(viewSession(neverUp, { ...world, containers: [] }, paths)).toMatchObject({
      state: "stopped",
      container: null,
    });
  });

  it.each(["exited", "created", "dead"] as const)("shows a container that is %s as stopped", (state) => {
    expect(viewSession(record, { ...world, containers: [container(state)] }, paths).state).toBe("stopped");
  });

  it("distinguishes a session being created from one whose creation was interrupted", () => {
    const half: SessionRecord = { ...record, phase: "creating" };
    expect(viewSession(half, { ...world, busy: true }, paths).state).toBe("creating");
    const interrupted = viewSession(half, world, paths);
    expect(interrupted).toMatchObject({
      state: "failed",
      error: { code: "SESSION_INCOMPLETE", hint: "cowork init a" },
    });
  });

  it("keeps the error of a failed one", () => {
    const failed: SessionRecord = {
      ...record,
      phase: "failed",
      error: { code: "UP_FAILED", message: "no", hint: "cowork logs a" },
    };
    expect(viewSession(failed, world, paths)).toMatchObject({
      state: "failed",
      error: { code: "UP_FAILED", hint: "cowork logs a" },
    });
  });
});

describe("a session in which a lifecycle command failed", () => {
  const failure = { stage: "postCreateCommand", words: "postCreateCommand failed with exit code 7: oops" };
  const failed = unfinished(record, failure);

  it("is failed while its container runs, stopped when it is stopped, and has the reason in both states", () => {
    const error = { code: "UP_FAILED", message: `The dev container of a is up, but ${failure.words}.` };
    expect(viewSession(failed, world, paths)).toMatchObject({ state: "failed", error });
    const stopped = { ...world, containers: [container("exited")] };
    expect(viewSession(failed, stopped, paths)).toMatchObject({ state: "stopped", error });
    expect(viewSession(failed, { ...world, containers: [] }, paths).state).toBe(
      record.container ? "missing" : "stopped",
    );
  });

  it("is like any other session once the command succeeded", () => {
    expect(finished(failed)).toEqual(record);
    expect(viewSession(finished(failed), world, paths)).not.toHaveProperty("error");
    expect(unfinishedError(record)).toBeUndefined();
    expect(unfinishedError(failed)).toMatchObject({
      code: "UP_FAILED",
      hint: expect.stringContaining("cowork init a"),
    });
  });
});

describe("devContainer", () => {
  it("finds the dev container among Compose services", () => {
    const main = container("running", { "devcontainer.local_folder": "/x" });
    expect(devContainer([container("running"), main])).toBe(main);
  });
});

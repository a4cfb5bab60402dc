import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import type { Check } from "../../../src/session/session-host.ts";
import { renderChecks } from "../../../src/ui/set-up/checks.ts";
import { renderError } from "../../../src/ui/errors.ts";
import { renderFindings } from "../../../src/ui/sessions/findings.ts";
import { renderSessions } from "../../../src/ui/sessions/sessions.ts";
import { renderStatus } from "../../../src/ui/sessions/status.ts";
import { createStyle } from "../../../src/ui/terminal/style.ts";
import { runView } from "../../support/fakes/run-view.ts";
import { sessionStatus, sessionView, someTime } from "../../support/fakes/fake-host.ts";

const sessions = [
  sessionView(),
  sessionView({
    name: "docs-of-the-api",
    state: "stopped",
    branch: "work/a-branch-with-a-rather-long-name",
    container: null,
  }),
  sessionView({ name: "web", state: "missing", missing: ["clone", "container"], branch: null, container: null }),
  sessionView({ name: "漢字かな", state: "failed", project: "an-other-project", createdAt: "" }),
];

const since = "2026-03-01T11:58:00.000Z";
const agents = [
  sessionView({
    name: "api",
    agentState: { state: "waiting", since, for: "approval", detail: "Bash: npm publish --dry-run" },
    approvals: 1,
  }),
  sessionView({ name: "docs", agentState: { state: "none", since } }),
  sessionView({
    name: "limits",
    agentState: { state: "waiting", since, for: "limit", until: "2026-03-01T15:22:00.000Z" },
  }),
  sessionView({ name: "old", agentState: { state: "unknown", since, detail: "stale" } }),
  sessionView({ name: "parser", agentState: { state: "working", since, detail: "Edit: src/cart.ts" } }),
  sessionView({
    name: "search",
    agentState: { state: "idle", since: "2026-03-01T10:58:00.000Z", detail: "interrupted" },
    run: runView({ id: "search:3", state: "completed" }),
  }),
  sessionView({ name: "web", state: "stopped", container: null, agentState: { state: "ended", since } }),
];

const held = [
  sessionView({
    name: "api",
    agentState: { state: "waiting", since, for: "approval", detail: "Bash: npm publish --dry-run" },
    notPulled: { commits: 2, files: 1, asOf: "2026-03-01T11:58:00.000Z" },
  }),
  sessionView({ name: "web", notPulled: { commits: 0, files: 4, asOf: "2026-03-01T08:58:00.000Z" } }),
  sessionView({ name: "parser", notPulled: { commits: 0, files: 0, asOf: since } }),
  sessionView({
    name: "docs",
    notPulled: { commits: 5, files: 0, asOf: since },
    merged: { state: "merged", how: "same patch", into: "main", asOf: since },
  }),
  sessionView({ name: "new" }),
];

const statuses = [
  sessionStatus(),
  sessionStatus({
    name: "api",
    agentState: { state: "waiting", since, for: "approval", detail: "Bash: npm publish --dry-run" },
    run: runView({ id: "api:2", state: "waiting", title: "release prep" }),
    approvals: 1,
  }),
  sessionStatus({
    name: "b",
    state: "failed",
    error: new CoworkError("UP_FAILED", "The dev container did not come up.", { hint: "cowork logs b" }).toView(),
    container: null,
    git: null,
    resources: null,
    ports: [],
    unsavedWork: [],
    carried: [],
    changes: [],
    login: "none",
  }),
];

const checks: Check[] = [
  { title: "Node", status: "ok", detail: "24.21.0" },
  {
    title: "Docker Engine",
    status: "problem",
    detail: "/var/run/docker.sock may not be used by you.",
    fix: "sudo usermod -aG docker you",
  },
  {
    title: "tmux",
    status: "warning",
    detail: "is not installed; connect gives a plain shell",
    fix: "apt install tmux",
  },
  { title: "Left-overs", status: "fixed", detail: "2 volumes of sessions that are gone were removed" },
];

const findings = [
  {
    where: ".devcontainer/devcontainer.json: runArgs",
    what: "--privileged",
    why: "The container gets every right on this host.",
  },
  {
    where: ".devcontainer/devcontainer.json: runArgs",
    what: "--network=host",
    why: "The container shares this host's network.",
  },
  { where: "base image: mounts", what: "/var/run/docker.sock", why: "The container can start containers as root." },
];

const error = new CoworkError("ENGINE_UNREACHABLE", "The Docker Engine does not answer.", { hint: "cowork doctor" });

describe.each([40, 80, 120])("at %i columns", (width) => {
  describe.each([false, true])("colour %s", (colour) => {
    const options = { width, style: createStyle(colour), now: someTime };

    test.each<[string, () => string]>([
      ["list", () => renderSessions(sessions, { ...options, allProjects: false })],
      ["list --wide", () => renderSessions(sessions, { ...options, allProjects: false, wide: true })],
      ["list of agents", () => renderSessions(agents, { ...options, allProjects: false })],
      ["list of what is not pulled", () => renderSessions(held, { ...options, allProjects: false })],
      ["list --all", () => renderSessions(sessions, { ...options, allProjects: true })],
      ["status", () => renderStatus(statuses, { ...options, verbose: false })],
      ["status --verbose", () => renderStatus(statuses, { ...options, verbose: true })],
      ["doctor", () => renderChecks(checks, options)],
    ])("%s", (_name, render) => {
      const text = render();
      expect(text).toMatchSnapshot();
      // Only a path or a command, which must not be broken, can be wider.
      const lines = stripVTControlCharacters(text).split("\n");
      const broken = lines.filter((line) => !/^ *(?:path +\S+|Next: sudo usermod -aG docker you)$/.test(line));
      for (const line of broken) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      expect(text).not.toMatch(/[ \t]$/m);
    });
  });
});

test.each([false, true])("errors and findings, colour %s", (colour) => {
  const style = createStyle(colour);
  expect(renderError(error.toView(), { width: 80, style })).toMatchSnapshot("an error");
  expect(renderError(error.toView(), { width: 80, style, label: "a", detail: "Error: x\n    at y" })).toMatchSnapshot(
    "with its detail",
  );
  expect(renderFindings(findings, style)).toMatchSnapshot("findings");
});

test("the text does not depend on colour", () => {
  const render = (colour: boolean): string =>
    renderStatus(statuses, { verbose: true, width: 80, style: createStyle(colour), now: someTime });
  // oxlint-disable-next-line no-control-regex -- removes colour codes
  expect(render(true).replaceAll(/\u001B\[\d+m/g, "")).toBe(render(false));
  expect(render(true)).not.toBe(render(false));
});

test("list fits into 80 columns also for a pipe, and shows paths only with --verbose", () => {
  const path = "/home/a-person/.cowork/sessions/a-project-with-a-name-a-session-with-a-name";
  const options = { allProjects: true, now: someTime, width: Number.POSITIVE_INFINITY, style: createStyle(false) };
  const one = sessionView({ name: "a-session-name", branch: "a-session-name", path });
  for (const line of renderSessions([one], options).split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  expect(renderSessions([one], { ...options, verbose: true })).toContain(path);
  const narrow = renderSessions([one], { ...options, verbose: true, width: 80 }).split("\n");
  expect(narrow).toEqual([
    expect.stringMatching(/^PROJECT +SESSION +AGENT .*STARTED$/),
    expect.any(String),
    `  ${path}`,
  ]);
});

import { expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { ownCommand, steps } from "../../../src/hint.ts";
import { attributeToHost } from "../../../src/remote/attribute-to-host.ts";
import { readError, writeError } from "../../../src/system/error-data.ts";
import { answers } from "../../../src/remote/client/answers.ts";
import { addHostToLoginHint } from "../../../src/remote/client/login-hint.ts";
import { sanitize, sanitizeEvent } from "../../../src/remote/client/sanitize.ts";
import { adviceOf } from "../../../src/session/checks/advice.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";

/** The value after it was sent as JSON. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
const asked = { names: ["a"] };
const names = [
  "cowork doctor notes.txt",
  "notes/cowork auth login",
  "`cowork auth login`",
  "cowork clean --images",
  "run `cowork doctor`",
];

test("names of files are not changed, whatever they look like", () => {
  const outcome = { name: "a", ok: false, exitCode: 3, notes: names, unsaved: names, removed: names };
  const error = { code: "WORK_UNSAVED", message: names.join(", "), hint: names.join(", ") };
  const [cleaned] = answers.cleaned(sent([{ ...outcome, error }]), "box", asked);
  expect(cleaned).toMatchObject({ notes: names, unsaved: names, removed: names });
  expect(cleaned?.error).toEqual({ ...error, message: `box: ${error.message}` });
  const status = { ...sessionStatus(), unsavedWork: names, carried: names, path: "/h/cowork doctor/a" };
  expect(answers.statuses(sent([status]), "box")[0]).toMatchObject({
    unsavedWork: names,
    carried: names,
    path: "/h/cowork doctor/a",
  });
  for (const detail of names) {
    expect(sanitizeEvent({ session: "a", step: "carry", state: "note", detail }, "box")?.detail).toBe(detail);
  }
});

test("spaces between the parts of a hint are kept, whichever way it is sent", () => {
  const error = new CoworkError("ENGINE_UNREACHABLE", "It does not answer.", {
    hint: steps`run ${ownCommand("doctor")} there; or\u001b[2J ${ownCommand("list")}`,
  });
  const expected = "run cowork --host box doctor there; or cowork list";
  expect(readError(sent(writeError(error)), (view) => attributeToHost(view, "box")).hint).toBe(expected);
  const [outcome] = answers.outcomes(
    sent([{ name: "a", ok: false, exitCode: 4, notes: [], error: error.toView() }]),
    "box",
    asked,
  );
  expect(outcome?.error?.hint).toBe(expected);
  expect(sanitize({ next: ["  run\u001b[2J ", " ", "", 3], name: " a " })).toEqual({
    next: [" run ", " ", "", 3],
    name: "a",
  });
});

test("a command in a hint gets the host, and a host cannot name another one", () => {
  const error = new CoworkError("ENGINE_UNREACHABLE", "It does not answer.", {
    hint: ["run `", ownCommand("doctor"), "`"],
  });
  expect(error.hint).toBe("run `cowork doctor`");
  const heard = readError(sent(writeError(error)), (view) => attributeToHost(view, "box"));
  expect(heard.toView()).toEqual({
    code: "ENGINE_UNREACHABLE",
    message: "box: It does not answer.",
    hint: "run `cowork --host box doctor`",
    next: ["run `", { command: "doctor", args: [], host: "box" }, "`"],
  });
  const lying = {
    ...(sent(writeError(error)) as object),
    next: [{ ...ownCommand("clean", "\u001b[2J--all"), host: "local" }],
  };
  const { hint } = readError(lying, (view) => attributeToHost(view, "box"));
  expect(hint).toMatch(/^cowork --host box clean .*--all'?$/);
  expect(hint).not.toContain("\u001b");
});

test("so do commands of failed sessions, and of checks", () => {
  const view = { ...sessionView(), error: error("IMAGE_BUILD_FAILED") };
  expect(answers.views(sent([view]), "box")[0]?.error?.hint).toBe("cowork --host box doctor");
  const outcome = { name: "a", ok: false, exitCode: 1, notes: [], error: error("DISK_FULL") };
  expect(answers.outcomes(sent([outcome]), "box", asked)[0]?.error).toMatchObject({ hint: "cowork --host box doctor" });
  const check = {
    title: "x",
    status: "warning",
    detail: "cowork doctor",
    ...adviceOf([ownCommand("clean", "--images")]),
  };
  expect(answers.checks(sent([check, { title: "y", status: "ok", detail: "" }]), "box")).toEqual([
    {
      ...check,
      fix: "cowork --host box clean --images",
      next: [{ command: "clean", args: ["--images"], host: "box" }],
    },
    { title: "y", status: "ok", detail: "" },
  ]);
});

const error = (code: "IMAGE_BUILD_FAILED" | "DISK_FULL") =>
  new CoworkError(code, "x", { hint: [ownCommand("doctor")] }).toView();

test.each([
  "not logged in: run",
  "the agent is not logged in; on the host, run",
  "the login is no longer valid (it was used elsewhere or revoked): log in again with",
  "the login expired on 2026-01-02: log in again with",
  "/h/auth/claude/.credentials.json contains no readable login: log in again with",
  "/h/auth/claude/.credentials.json belongs to uid 3 and sessions, which run as uid 4, cannot read it: log in again with",
  "a stale lock (.oauth_refresh.lock) was removed: a session was killed while it renewed the login; if sessions now ask for a login, run",
])("a line about the login names the host: %s", (words) => {
  expect(addHostToLoginHint(`${words} \`cowork auth login\``, "box")).toBe(`${words} \`cowork --host box auth login\``);
  expect(addHostToLoginHint(`${words} \`cowork auth login --agent codex\``, "box")).toBe(
    `${words} \`cowork --host box auth login --agent codex\``,
  );
  expect(addHostToLoginHint(`${words} \`cowork auth login\`.txt`, "box")).toBe(`${words} \`cowork auth login\`.txt`);
});

test("every field of the contract arrives", () => {
  const status = {
    ...sessionStatus(),
    missing: ["clone" as const],
    error: { code: "INTERNAL" as const, message: "x" },
  };
  expect(answers.statuses(sent([status]), "local")).toEqual([status]);
});

import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { clean } from "../../../src/app/sessions/clean.ts";
import { listConfig, setConfig } from "../../../src/app/set-up/config.ts";
import { createContext } from "../../../src/app/create-context.ts";
import { diffSession } from "../../../src/app/sessions/exchange.ts";
import { initSessions, planInit } from "../../../src/app/sessions/init.ts";
import { listSessions, statusOfSessions } from "../../../src/app/sessions/list.ts";
import { addNamedHost, checkHosts, listHosts } from "../../../src/app/set-up/manage-hosts.ts";
import { openScope, type Scope } from "../../../src/app/scope.ts";
import { stopSessions } from "../../../src/app/sessions/stop.ts";
import type { DomainEvent } from "../../../src/contract/events.ts";
import type { Answer, Question } from "../../../src/contract/questions.ts";
import { createEvents, progressDraft } from "../../../src/events.ts";
import type { CleanOutcome, SessionHost } from "../../../src/session/session-host.ts";
import type { InitRequest, Outcome } from "../../../src/session/types.ts";
import { fakeHost, sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

// Use cases called without a terminal: their only output is results, events and questions.

interface Face {
  scope: Scope;
  home: string;
  events: DomainEvent[];
  asked: Question[];
}

interface FaceOptions {
  host?: Partial<SessionHost>;
  box?: Partial<SessionHost>;
  answer?: Answer;
  /** text of the project's configuration file */
  conf?: string;
}

async function face({ host = {}, box = {}, answer = null, conf = "" }: FaceOptions = {}): Promise<Face> {
  const folder = await temporaryFolder();
  const [root, home] = [join(folder, "app"), join(folder, "home")];
  await mkdir(join(root, ".cowork"), { recursive: true });
  await writeFile(join(root, ".cowork", ".cowork.conf"), conf);
  const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: string[]): void => void execFileSync("git", args, { cwd: root, env, stdio: "pipe" });
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.invalid"];
  git("init", "-q", "-b", "main");
  git(...identity, "commit", "-q", "--allow-empty", "-m", "first");
  const [events, asked]: [DomainEvent[], Question[]] = [[], []];
  const tell = createEvents({ host: "local", now: () => new Date(0) }, (event) => void events.push(event));
  const ask = async (question: Question): Promise<Answer> => await Promise.resolve(asked.push(question) > 0 && answer);
  const ctx = createContext({
    home,
    env,
    identity: { uid: 1000, gid: 1000, username: "person", homedir: folder },
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    signal: new AbortController().signal,
    report: (event) => tell(progressDraft(event)),
    makeQuestions: () => ({ ask, askSecret: async () => await Promise.resolve(undefined) }),
  });
  const makers = {
    makeHost: async () => await Promise.resolve(fakeHost(host).host),
    makeRemote: async () => await Promise.resolve(Object.assign(fakeHost(box).host, { close: () => undefined })),
  };
  const { scope } = openScope(ctx, { folder: root, onlyHost: undefined, cpus: 4, makers, tell });
  return { scope, home, events, asked };
}

const outcome = (name: string): Outcome => ({
  name,
  ok: true,
  session: sessionView({ name }),
  exitCode: 0,
  notes: [],
});
const notes = ({ events }: Face): string[] => events.flatMap((event) => (event.type === "note" ? event.data.text : []));
const states = ({ events }: Face): string[] =>
  events.flatMap((event) =>
    event.type === "session-state" ? `${event.host}/${event.session} ${event.data.state}` : [],
  );
const plainData = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const initOptions = {
  from: undefined,
  branch: undefined,
  config: undefined,
  baseImage: undefined,
  noStart: false,
  carry: false,
};

describe("use cases", () => {
  test("init returns the outcome of each session, emits its state and records it", async () => {
    const init = async ({ sessions }: InitRequest): Promise<Outcome[]> =>
      await Promise.resolve(sessions.map(({ name }) => outcome(name)));
    const one = await face({ host: { init } });
    const outcomes = await initSessions(one.scope, { ...initOptions, names: ["a", "b"] });
    expect(outcomes.map(({ name, ok }) => [name, ok])).toEqual([
      ["a", true],
      ["b", true],
    ]);
    expect(plainData(outcomes)).toEqual(outcomes);
    expect(states(one)).toEqual(["local/a running", "local/b running"]);
    expect(notes(one)).toEqual([expect.stringContaining("git has no user.name")]);
    const settings = await listConfig(one.scope, { user: false });
    expect(settings.find(({ key }) => key === "SESSIONS")?.value).toBe("a b");
  });

  test("a session on a host that cannot be asked stays in SESSIONS", async () => {
    const init = async ({ sessions }: InitRequest): Promise<Outcome[]> =>
      await Promise.resolve(sessions.map(({ name }) => outcome(name)));
    const one = await face({ host: { init }, conf: "SESSIONS=b@box\n" });
    const outcomes = await initSessions(one.scope, { ...initOptions, names: ["a", "b"] });
    expect(outcomes.map(({ name, ok, error }) => [name, ok, error?.code])).toEqual([
      ["a", true, undefined],
      ["b", false, "HOST_UNKNOWN"],
    ]);
    const settings = await listConfig(one.scope, { user: false });
    expect(
      settings
        .find(({ key }) => key === "SESSIONS")
        ?.value.split(" ")
        .toSorted(),
    ).toEqual(["a", "b@box"]);
  });

  test("the plans of several hosts are joined", async () => {
    const config = { path: null, kind: "template", trustHash: "x", changes: [], findings: [] };
    const planOf = async ({ sessions }: InitRequest): Promise<never> =>
      await Promise.resolve({ sessions: sessions.map(({ name }) => ({ name })), devcontainers: [config] } as never);
    const one = await face({ host: { planInit: planOf }, box: { planInit: planOf }, conf: "SESSIONS=b@box\n" });
    await addNamedHost(await hostThatIsWell(one), { name: "box", address: "me@box", port: "22", identity: undefined });
    const plan = await planInit(one.scope, { ...initOptions, names: ["a", "b"] });
    expect(plan.sessions.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(plan.devcontainers).toHaveLength(1);
  });

  test("a host that does not answer is reported, and its sessions are unreachable", async () => {
    const list = async () => await Promise.resolve([sessionView({ name: "a" })]);
    const one = await face({ host: { list }, conf: "SESSIONS=a b@box\n" });
    const { sessions, project } = await listSessions(one.scope, { all: false });
    expect(sessions.map(({ name, host, state }) => [name, host, state])).toEqual([
      ["a", "local", "running"],
      ["b", "box", "unreachable"],
    ]);
    expect([project, notes(one)]).toEqual(["app", ["Unknown host box."]]);
  });

  test("a choice of several sessions is asked for; without a terminal it is an error", async () => {
    const diff = async ({ names: [name] }: { names: [string] }) =>
      await Promise.resolve({ text: name, truncated: false });
    const wanted = { stat: false, paths: [], columns: 80 };
    const conf = "SESSIONS=a@box b@box\n";
    const one = await face({ box: { diff, doctor: async () => await Promise.resolve([]) }, conf, answer: "1" });
    await addNamedHost(one.scope, { name: "box", address: undefined, port: undefined, identity: undefined });
    expect((await diffSession(one.scope, undefined, wanted)).text).toBe("b");
    expect(one.asked).toEqual([expect.objectContaining({ kind: "choice", text: "Which session?" })]);
    const noAnswer = await face({ box: { diff }, conf });
    await expect(diffSession(noAnswer.scope, undefined, wanted)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("Sessions: a, b") as string,
    });
    const declined = await face({ box: { diff }, conf, answer: false });
    await expect(diffSession(declined.scope, undefined, wanted)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("clean asks before it removes all sessions, and only yes counts as yes", async () => {
    const cleaned: CleanOutcome = { ...outcome("a"), unsaved: [], removed: ["container"] };
    const options = { words: [], all: false, images: false, force: false, dryRun: false, purge: false, canAsk: true };
    const host = { clean: async () => await Promise.resolve([{ ...cleaned, notes: [] }]) };
    const no = await face({ host, answer: "yes" });
    expect(await clean(no.scope, options)).toEqual({ sessions: undefined, images: [] });
    expect(states(no)).toEqual([]);
    const interrupted = await face({ host, answer: null });
    await expect(clean(interrupted.scope, options)).rejects.toMatchObject({ code: "INTERRUPTED" });
    const yes = await face({ host, answer: true });
    expect((await clean(yes.scope, options)).sessions?.map(({ name }) => name)).toEqual(["a"]);
    expect(yes.asked).toEqual([expect.objectContaining({ kind: "confirm", text: "Remove it?" })]);
    expect(states(yes)).toEqual(["local/a removed"]);
  });

  test("reading takes no lock", async () => {
    const one = await face({
      host: {
        list: async () => await Promise.resolve([sessionView()]),
        status: async () => await Promise.resolve([sessionStatus()]),
        diff: async () => await Promise.resolve({ text: "", truncated: false }),
      },
    });
    await listSessions(one.scope, { all: true });
    await statusOfSessions(one.scope, { words: [], all: false, brief: true });
    await diffSession(one.scope, "a", { stat: true, paths: [], columns: 80 });
    await listConfig(one.scope, { user: false });
    await listHosts(one.scope);
    await checkHosts(one.scope, undefined);
    const files = await readdir(one.home, { recursive: true }).catch(() => []);
    expect(files.filter((file) => file.includes("lock"))).toEqual([]);
    // The same check finds the lock files of a use case that writes.
    await setConfig(one.scope, { name: "CPUS", value: "2", user: true }, async () => "");
    const written = await readdir(one.home, { recursive: true });
    expect(written.filter((file) => file.includes("lock"))).not.toEqual([]);
  });

  test("stop reports failed sessions together with stopped ones", async () => {
    const stop = async () => await Promise.resolve([outcome("a")]);
    const one = await face({ host: { stop }, conf: "SESSIONS=a b@box\n" });
    const outcomes = await stopSessions(one.scope, { words: [], all: false, force: false });
    expect(outcomes.map(({ name, ok, error }) => [name, ok, error?.code])).toEqual([
      ["a", true, undefined],
      ["b", false, "HOST_UNKNOWN"],
    ]);
  });
});

/** The same scope, in which every remote host passes its checks. */
async function hostThatIsWell({ scope }: Face): Promise<Scope> {
  const { host } = fakeHost({ doctor: async () => await Promise.resolve([]) });
  return await Promise.resolve({ ...scope, host: async () => await Promise.resolve(host) });
}

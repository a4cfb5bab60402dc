import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { basename, join } from "node:path";
import { getAgent } from "../../../src/agent/catalog.ts";
import { chooseVersion } from "../../../src/agent/versions.ts";
import { resolveSettings } from "../../../src/config/resolve.ts";
import type { Settings } from "../../../src/config/types.ts";
import { templateBase } from "../../../src/devcontainer/image/template.ts";
import type { ContainerDetail, Engine, ExecSpec, HelperSpec } from "../../../src/engine/types.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { ProgressEvent } from "../../../src/events.ts";
import type { Project } from "../../../src/project/types.ts";
import { savedBy } from "../../../src/clone/unsaved/saved.ts";
import type { CleanOptions, CleanOutcome } from "../../../src/session/session-host.ts";
import { cleanSessions } from "../../../src/session/clean/clean.ts";
import { createSessions } from "../../../src/session/lifecycle/create.ts";
import { label } from "../../../src/session/record/labels.ts";
import { composeProjectName, sessionId } from "../../../src/session/record/names.ts";
import type { InitRequest, Outcome, Selector } from "../../../src/session/types.ts";
import { systemClock } from "../../../src/system/clock.ts";
import type { Context } from "../../../src/system/context.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { fakeDevcontainerCli, type FakeCli } from "./fake-devcontainer-cli.ts";
import { createKnown } from "../../../src/system/known.ts";
import { createFakeEngine, type FakeEngine, type FakeProgram } from "./fake-engine.ts";
import { gitWorkshop, type GitWorkshop } from "../git/git-project.ts";

/**
 * Runs session operations in process: real files, real git, an engine in memory and a fake `@devcontainers/cli`. Git commands
 * meant for the container run on this machine, as the session's user.
 */
export interface SessionHost {
  shop: GitWorkshop;
  ctx: Context;
  engine: FakeEngine;
  cli: FakeCli;
  project: Project;
  settings: Settings;
  events: ProgressEvent[];
  /** called before every inspection of a clone; a test may throw, wait or change something in it */
  onLook: (where: "container" | "helper", signal: AbortSignal) => Promise<void> | void;
  /** called with the name of every engine call and program before it runs; what it throws, the call throws */
  onCall: (name: string) => Promise<void> | void;
  /** resolves when the abort signal of the last started program fires */
  aborted: () => Promise<void>;
  /** where each inspection of a clone ran */
  looks: ("container" | "helper")[];
  /** if set, a script that ran before in a clone has the same answer again; for clones that nothing changes */
  answers: Map<string, { nonce: string; answer: ProgramAnswer }> | undefined;
  /** selects sessions of the project by name */
  select(...names: string[]): Selector & { names: string[] };
  request(names: string[], changes?: Partial<InitRequest>): Promise<InitRequest>;
  init(...names: string[]): Promise<Outcome[]>;
  clean(name: string, options?: Partial<CleanOptions>, ctx?: Context): Promise<CleanOutcome>;
  clone(name: string): string;
  /** runs a script in a clone, as the session's user */
  inside(name: string, script: string): Promise<string>;
  /** fetches from a clone into the project */
  bring(name: string, refspec: string): Promise<void>;
  /** adds a Compose service next to the session's dev container, with the clone mounted */
  addService(name: string, service: string, changes?: Partial<ContainerDetail>): ContainerDetail;
  containers(name: string): ContainerDetail[];
  /** states of the session's containers, e.g. `main=running, db=exited` */
  states(name: string): string;
  end(): Promise<void>;
}

export async function sessionHost(): Promise<SessionHost> {
  const looks: SessionHost["looks"] = [];
  const program: FakeProgram = async ({ container, spec, input, signal }) => {
    const script = spec.command[2] ?? "";
    if (script.includes("uname -m")) return { code: 0, stdout: "x86_64 yes \n" };
    // Run only cowork's git scripts: other scripts would kill processes of this machine.
    if (!script.includes("export COWORK_WHERE=")) return { code: 0 };
    const where = container === undefined ? "helper" : "container";
    looks.push(where);
    await host.onLook(where, signal);
    const folder = folderOf(container, spec);
    const [nonce = "no nonce"] = /\b[0-9a-f]{24}\b/.exec(script) ?? [];
    const key = `${folder} ${script.replaceAll(nonce, "")}`;
    const known = host.answers?.get(key);
    if (known !== undefined) return { ...known.answer, stdout: known.answer.stdout.replaceAll(known.nonce, nonce) };
    await openFolders();
    const answer = await runHere(script, folder, { env: shop.env, user: spec.user, input });
    host.answers?.set(key, { nonce, answer });
    return answer;
  };
  const engine = createFakeEngine({ program });
  // Acts as a `connect` process that prints its pid and ends at once.
  engine.attach = async (_, spec, io) => {
    await io.hold;
    engine.commands.push(spec.command);
    io.stdout.write("4242\n");
    io.onReady?.();
    return 0;
  };
  const events: ProgressEvent[] = [];
  const shop = await gitWorkshop({ engine, clock: systemClock, report: (event) => void events.push(event) });
  /** Opens the folders above the clones: scripts run there as the session's user, to whom they are closed on a real host. */
  const openFolders = async (): Promise<void> => {
    for (const folder of [shop.root, ctx.paths.home, ctx.paths.sessions]) await chmod(folder, 0o711);
  };
  const ctx = shop.context;
  const cli = fakeDevcontainerCli(createRun({ env: shop.env }), engine);
  const { settings } = resolveSettings({ flags: {}, env: { COWORK_CA_CERTS: "none" }, cpus: 2 });
  const agent = getAgent("claude");
  const known = createKnown();
  // A recorded failure keeps cowork from downloading the agent.
  for (const variant of ["linux-x64", "linux-arm64"])
    known.failures.set(`agent ${agent.id} ${chooseVersion(agent, settings)} ${variant}`, "not installed in this test");
  let ending: AbortSignal | undefined;
  const run: Context["run"] = async (file, args, options) => {
    ending = options?.signal;
    await host.onCall(
      `run ${basename(args.some((word) => word.endsWith("/devcontainer.js")) ? "devcontainer" : file)}`,
    );
    return await cli.run(file, args, options);
  };
  Object.assign(ctx, { engine: observed(engine, async (name) => await host.onCall(name)), run, known });
  engine.addImage({ tags: [templateBase] });

  const root = await shop.project();
  const gitDir = join(root, ".git");
  const facts = {
    name: "app",
    root,
    folder: "app",
    rootCommit: await shop.git(root, "rev-parse", "HEAD"),
    origin: undefined,
    originHadCredentials: false,
    gitIdentity: { name: "Ada", email: "ada@example.org" },
    confTracked: false,
  };
  const source = { kind: "repository", root, gitDir } as const;
  const project: Project = { facts, source, confFile: join(root, ".cowork/.cowork.conf"), worktree: root, notes: [] };

  const user = { saved: () => Promise.resolve(savedBy(ctx, source)) };
  const host: SessionHost = {
    shop,
    ctx,
    engine,
    cli,
    project,
    settings,
    events,
    answers: undefined,
    onLook: () => undefined,
    onCall: () => undefined,
    aborted: async () => {
      if (ending?.aborted === false) await new Promise((resolve) => ending?.addEventListener("abort", resolve));
    },
    looks,
    select: (...names) => ({ project: facts, names }),
    request: async (names, changes = {}) => {
      const commit = await shop.git(root, "rev-parse", "HEAD");
      return {
        project: facts,
        source,
        sessions: names.map((name) => ({ name, start: { branch: name, commit, existing: false } })),
        settings,
        options: { noStart: false },
        carry: { root, files: [], notes: [] },
        ...changes,
      };
    },
    init: async (...names) => await createSessions(ctx, await host.request(names)),
    clean: async (name, options = {}, inner = ctx) => {
      const all = { force: false, dryRun: false, purge: false, concurrency: 1, precious: [], ...options };
      const [outcome] = await cleanSessions(inner, user, host.select(name), all);
      if (outcome === undefined) throw new Error(`clean returned no outcome for ${name}`);
      return outcome;
    },
    clone: (name) => ctx.paths.clone(sessionId("app", name)),
    inside: async (name, script) => {
      const { sessionUid: uid, sessionGid: gid } = ctx.user;
      const options = { env: shop.env, user: `${uid}:${gid}`, input: "" };
      await openFolders();
      const result = await runHere(`set -e\n${script}`, host.clone(name), options);
      if (result.code !== 0) throw new Error(`${script}: ${result.code} ${result.stderr}`);
      return result.stdout.trim();
    },
    bring: async (name, refspec) => {
      const asOwner = "--upload-pack=git -c safe.directory='*' upload-pack";
      await shop.git(root, "fetch", "-q", "--no-tags", asOwner, host.clone(name), refspec);
    },
    addService: (name, service, changes = {}) => {
      const id = sessionId("app", name);
      const clone = host.clone(name);
      return engine.addContainer({
        name: service,
        labels: {
          [label.session]: id,
          [label.project]: "app",
          [label.name]: name,
          [label.home]: homeId(ctx.paths),
          "com.docker.compose.project": composeProjectName(homeId(ctx.paths), id),
          "com.docker.compose.service": service,
        },
        mounts: [{ type: "bind", source: clone, destination: clone, writable: true }],
        ...changes,
      });
    },
    containers: (name) =>
      [...engine.containers.values()].filter((one) => one.labels[label.session] === sessionId("app", name)),
    states: (name) =>
      host
        .containers(name)
        .map((one) => `${one.labels[label.localFolder] === undefined ? one.name : "main"}=${one.state}`)
        .join(", "),
    end: () => shop.end(),
  };
  return host;
}

interface ProgramAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

/** Wraps the engine so that `onCall` runs before every call. */
function observed(engine: FakeEngine, onCall: (name: string) => Promise<void>): Engine {
  return new Proxy<Engine>(engine, {
    get: (_, name: keyof Engine) => {
      const method = engine[name] as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        await onCall(`engine ${name}`);
        return await method(...args);
      };
    },
  });
}

function folderOf(container: ContainerDetail | undefined, spec: ExecSpec | HelperSpec): string {
  const target = spec.workingDir ?? "";
  if (container !== undefined) return container.mounts.find((each) => each.destination === target)?.source ?? target;
  const binds = "binds" in spec ? (spec.binds ?? []) : [];
  return binds.find((each) => each.target === target)?.source ?? target;
}

function runHere(
  script: string,
  cwd: string,
  { env, user, input }: { env: Record<string, string>; user: string | undefined; input: string | Uint8Array },
): Promise<ProgramAnswer> {
  const [uid, gid] = (user ?? "").split(":").map(Number);
  const as = process.getuid?.() === 0 && uid !== undefined && gid !== undefined ? { uid, gid } : {};
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...env, HOME: "/nonexistent" }, maxBuffer: 1 << 28, ...as };
    const child = execFile("/bin/sh", ["-c", script], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(new CoworkError("ENGINE_FAILED", error.message));
      else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

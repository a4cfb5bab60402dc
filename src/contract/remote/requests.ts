import * as z from "zod/mini";
import { agentId } from "../agents.ts";
import { mergedWork } from "../merging/conflicts.ts";
import { startPoint, texts } from "../common.ts";
import { projectFacts, source } from "../project.ts";
import { settings } from "../settings.ts";

/** The project's uncommitted changes, as paths: their content is read when they are copied into a clone. */
export const changesPlan = z.object({
  /** the commit that the changes are based on */
  head: z.string(),
  entries: z.array(z.object({ path: z.string(), gone: z.boolean() })),
  /** changes that cannot be copied, one line each */
  notes: texts,
});

/** Planned on the machine that has the project, and copied from `root` on the host. */
export const carryRequest = z.object({
  /** absolute path, on the host, of the folder with the files: the project itself, or its copy on this host */
  root: z.string(),
  /** paths of untracked files that `COPY` and `.worktreeinclude` name */
  files: texts,
  /** `--carry`: the uncommitted changes */
  changes: z.exactOptional(changesPlan),
  /** files that matched and are not copied, one line each */
  notes: texts,
});

/** The request of `init` to the session host. Plain data. */
export const initRequest = z.object({
  project: projectFacts,
  source,
  sessions: z.array(z.object({ name: z.string(), start: startPoint })),
  settings,
  options: z.object({
    configName: z.exactOptional(z.string()),
    /** the agent that the user named: a session that exists must have it. What a new session gets is in `settings` */
    agent: z.exactOptional(agentId),
    /** folder of the repository that the command was called in; absent: its root */
    within: z.exactOptional(z.string()),
    /** configurations of the user's working tree that have uncommitted changes */
    uncommitted: z.exactOptional(texts),
    /** create everything but do not start the container */
    noStart: z.boolean(),
  }),
  /** what is copied into fresh clones besides commits */
  carry: carryRequest,
});

/** Which sessions a command selects. No names: all of the project; no project: all on the host. */
export const selector = z.object({
  project: z.exactOptional(z.pick(projectFacts, { name: true, root: true, rootCommit: true, elsewhere: true })),
  names: z.exactOptional(texts),
});

export const oneSession = z.extend(selector, { names: z.tuple([z.string()]) });

export const statusOptions = z.object({
  /** the setting */
  precious: texts,
  /** only what can be found out quickly: `disk` and `resources` are null */
  brief: z.exactOptional(z.boolean()),
});

/** `start --rebuild`: settings select configuration, image and agent again. */
export const rebuildRequest = z.extend(z.pick(initRequest, { project: true, source: true, settings: true }), {
  configName: z.exactOptional(z.string()),
  /** also if a run is active */
  force: z.exactOptional(z.boolean()),
});

export const startOptions = z.object({ settings, rebuild: z.exactOptional(rebuildRequest) });

export const stopOptions = z.object({
  concurrency: z.number(),
  /** also if a run is active */
  force: z.exactOptional(z.boolean()),
  /** leave the sessions out of lists until they are started again */
  hide: z.exactOptional(z.boolean()),
});

export const cleanOptions = z.object({
  force: z.boolean(),
  dryRun: z.boolean(),
  /** transcripts are deleted instead of moved to the archive */
  purge: z.boolean(),
  concurrency: z.number(),
  /** the setting */
  precious: texts,
  /** by session's name: work that is in the project under other commits does not count as unsaved, if it is still exactly that */
  merged: z.exactOptional(z.record(z.string(), mergedWork)),
});

export const diffOptions = z.object({ stat: z.boolean(), paths: texts, columns: z.number() });

export const logsOptions = z.object({
  follow: z.boolean(),
  /** the start-up log of the dev container; what the agent did, of one run or of the whole session; absent: the latter if there is any */
  show: z.exactOptional(z.union([z.literal("setup"), z.literal("agent"), z.object({ run: z.int() })])),
  /** for a reader that goes on after a lost connection: the output has marks (`session/inspect/log-marks.ts`); `from`: the last one */
  marked: z.exactOptional(z.object({ from: z.exactOptional(z.string()) })),
});

export type LogsOptions = z.infer<typeof logsOptions>;
export type ChangesPlan = z.infer<typeof changesPlan>;
export type CarryRequest = z.infer<typeof carryRequest>;
export type InitRequest = z.infer<typeof initRequest>;
export type Selector = z.infer<typeof selector>;
export type OneSession = z.infer<typeof oneSession>;
export type StatusOptions = z.infer<typeof statusOptions>;
export type RebuildRequest = z.infer<typeof rebuildRequest>;
export type StopOptions = z.infer<typeof stopOptions>;
export type CleanOptions = z.infer<typeof cleanOptions>;

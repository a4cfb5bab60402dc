import * as z from "zod/mini";
import { agentId } from "./agents.ts";
import { maybe, texts } from "./common.ts";
import { runPermissions } from "./work/permissions.ts";

/** The configuration keys of `.cowork.conf` as cowork uses them; `config/keys.ts` defines how each is read and checked. */
export const settings = z.object({
  project: maybe(z.string()),
  baseImage: maybe(z.string()),
  agent: agentId,
  /** any program instead of an agent, as a line for `sh -c`; absent: an older client, or none */
  agentCommand: z.exactOptional(z.string()),
  claudeVersion: maybe(z.string()),
  codexVersion: z.exactOptional(z.string()),
  copilotVersion: z.exactOptional(z.string()),
  agentSettings: z.boolean(),
  branchPrefix: z.string(),
  /** command line that `connect` runs instead of the user's shell */
  connect: maybe(z.string()),
  copy: texts,
  /** patterns of ignored files that count as work, besides the default ones */
  precious: texts,
  devcontainer: maybe(z.string()),
  host: maybe(z.string()),
  concurrency: z.number(),
  cpus: maybe(z.number()),
  /** in Docker's format, e.g. `4g` */
  memory: maybe(z.string()),
  sshAgent: z.boolean(),
  /** `auto`, `none`, or the path of a PEM file */
  caCerts: z.string(),
  /** what the agent of a run may do without asking */
  permissions: runPermissions,
  /** model of runs, in the agent's words */
  model: maybe(z.string()),
  /** money that a run may spend, in USD at list prices; 0: no limit */
  budget: z.number(),
  /** working time of a run in ms; 0: no limit */
  timeoutMs: z.number(),
  /** runs at once on a host */
  runs: z.number(),
  /** the agent keeps a task list */
  agentTasks: z.boolean(),
  /** command that tests the project, for `sh -c`; absent: an older client, or none */
  test: z.exactOptional(z.string()),
});

export type Settings = z.infer<typeof settings>;

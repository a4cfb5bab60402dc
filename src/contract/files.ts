import * as z from "zod/mini";
import { texts } from "./common.ts";

// cowork's files in its home, except those of sessions (record.ts, devcontainer-plan.ts) and of jobs (job.ts).

/** A remote host as the user specifies it. */
export const target = z.object({
  /** an alias of ssh's configuration, `machine`, `user@machine` or `ssh://user@machine:port` */
  destination: z.string(),
  port: z.exactOptional(z.number()),
  identityFile: z.exactOptional(z.string()),
});

/** `hosts.json`: machines that the user has added, or has made sessions on, by name. */
export const hostsFile = z.record(z.string(), target);

/** `trust.json`: for each project root, the hashes of everything that was agreed to, and of agents' settings that were refused. */
export const trustFile = z.object({
  version: z.literal(1),
  projects: z.record(z.string(), texts),
  refused: z.exactOptional(z.record(z.string(), texts)),
});

/** `projects.json` */
export const projectsFile = z.object({ roots: texts });

export type Target = z.infer<typeof target>;
export type Hosts = z.infer<typeof hostsFile>;

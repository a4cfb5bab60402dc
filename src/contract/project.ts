import * as z from "zod/mini";
import { maybe, texts } from "./common.ts";

/** The user's side of the seam: what is known where the project lies. Plain data: it travels to a remote host as JSON. */
export const projectFacts = z.object({
  /** `PROJECT`, else the root folder's name made safe */
  name: z.string(),
  /** absolute path of the main working tree's root on the user's machine */
  root: z.string(),
  /** the root folder's own name, for the link `/workspaces/{folder}` */
  folder: z.string(),
  /** first root commit: with the name, what makes a project the same project elsewhere */
  rootCommit: z.string(),
  /** the project's real origin with credentials left out; undefined where it has none */
  origin: maybe(z.string()),
  /** credentials stood in the URL and were left out: to be said */
  originHadCredentials: z.boolean(),
  gitIdentity: z.object({ name: maybe(z.string()), email: maybe(z.string()) }),
  /** `.cowork/.cowork.conf` is tracked by git: some keys count only after the trust question */
  confTracked: z.boolean(),
  /** it lies on another machine than its sessions: paths say nothing about it there */
  elsewhere: z.exactOptional(z.boolean()),
});

/** What a project is told by where nothing else is known of it. */
export const projectIdentity = z.pick(projectFacts, { name: true, root: true, rootCommit: true });

/** What of a project is no object: it travels beside the bundles. Names are bytes in strings (latin1). */
export const storedProject = z.object({
  refs: z.array(z.object({ name: z.string(), oid: z.string(), target: z.string() })),
  /** branch that is checked out */
  current: z.exactOptional(z.string()),
  /** settings that decide what a checkout looks like, remotes, and the branches' upstreams */
  config: z.array(z.tuple([z.string(), z.string()])),
  /** what of the settings does not go along, one line each */
  notes: z.exactOptional(texts),
});

/** Where commits and config come from on the machine where sessions live. */
export const source = z.discriminatedUnion("kind", [
  /** the user's own repository on this machine: `gitDir` is its common git dir */
  z.object({ kind: z.literal("repository"), root: z.string(), gitDir: z.string() }),
  /** a bare repository, with the project's own refs and settings beside it where it is a remote host's store */
  z.object({ kind: z.literal("store"), gitDir: z.string(), project: z.exactOptional(storedProject) }),
]);

export type ProjectFacts = z.infer<typeof projectFacts>;
export type ProjectIdentity = z.infer<typeof projectIdentity>;
export type Source = z.infer<typeof source>;

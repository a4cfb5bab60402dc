import * as z from "zod/mini";
import { maybe, texts } from "./common.ts";

/** What the client knows about a project. Plain data: it is sent to a remote host as JSON. */
export const projectFacts = z.object({
  /** `PROJECT`, or the root folder's name with unsafe characters replaced */
  name: z.string(),
  /** absolute path of the main working tree's root on the user's machine */
  root: z.string(),
  /** the root folder's own name, for the link `/workspaces/{folder}` */
  folder: z.string(),
  /** first root commit: together with the name it identifies a project on other machines */
  rootCommit: z.string(),
  /** the project's real origin without credentials; undefined if it has none */
  origin: maybe(z.string()),
  /** the URL contained credentials, which were left out: a note reports it */
  originHadCredentials: z.boolean(),
  gitIdentity: z.object({ name: maybe(z.string()), email: maybe(z.string()) }),
  /** `.cowork/.cowork.conf` is tracked by git: some keys count only after the trust question */
  confTracked: z.boolean(),
  /** it is on another machine than its sessions: paths have no meaning there */
  elsewhere: z.exactOptional(z.boolean()),
});

/** Identifies a project when nothing else is known about it. */
export const projectIdentity = z.pick(projectFacts, { name: true, root: true, rootCommit: true });

/** The part of a project that is not git objects: it is sent together with the bundles. Names are bytes in strings (latin1). */
export const storedProject = z.object({
  refs: z.array(z.object({ name: z.string(), oid: z.string(), target: z.string() })),
  /** branch that is checked out */
  current: z.exactOptional(z.string()),
  /** settings that affect a checkout, remotes, and the branches' upstreams */
  config: z.array(z.tuple([z.string(), z.string()])),
  /** settings that are not copied, one line each */
  notes: z.exactOptional(texts),
});

/** Where commits and configuration come from on the machine that has the sessions. */
export const source = z.discriminatedUnion("kind", [
  /** the user's own repository on this machine: `gitDir` is its common git dir */
  z.object({ kind: z.literal("repository"), root: z.string(), gitDir: z.string() }),
  /** a bare repository; if it is a remote host's store, with the project's refs and settings */
  z.object({ kind: z.literal("store"), gitDir: z.string(), project: z.exactOptional(storedProject) }),
]);

export type ProjectFacts = z.infer<typeof projectFacts>;
export type ProjectIdentity = z.infer<typeof projectIdentity>;
export type Source = z.infer<typeof source>;

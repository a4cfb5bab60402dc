import * as z from "zod/mini";
import { texts } from "./common.ts";
import { role } from "./http/route.ts";

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

/** `trust.json`: for each project root, the hashes of everything that was agreed to. */
export const trustFile = z.object({ version: z.literal(1), projects: z.record(z.string(), texts) });

/** `projects.json` */
export const projectsFile = z.object({ roots: texts });

/** `devices.json`: browsers and phones that signed in to the server. */
export const devicesFile = z.object({
  version: z.literal(1),
  devices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role,
      createdAt: z.string(),
      lastUsedAt: z.exactOptional(z.string()),
      /** SHA-256 of the token, hex */
      tokenHash: z.string(),
      /** the server's process that it belongs to; absent: it came through the proxy of PUBLIC_URL and outlives the server */
      boot: z.exactOptional(z.string()),
    }),
  ),
});

/** `run/serve.json`: the server that runs. */
export const serveFile = z.object({
  pid: z.int(),
  port: z.int(),
  /** the address for browsers, without a code */
  url: z.string(),
  startedAt: z.string(),
  version: z.string(),
});

export type Target = z.infer<typeof target>;
export type Hosts = z.infer<typeof hostsFile>;
export type StoredDevice = z.infer<typeof devicesFile>["devices"][number];
export type ServeFile = z.infer<typeof serveFile>;

import * as z from "zod/mini";
import { check } from "../check.ts";
import { failure } from "../error.ts";
import type { RouteContract } from "./route.ts";

// Where sessions are: projects and hosts.

export const project = z.object({
  /** derived from name and folder; routes take this and never a path */
  id: z.string(),
  name: z.string(),
  root: z.string(),
  /** number of its sessions */
  sessions: z.int(),
  hosts: z.array(z.string()),
  /** its folder exists on this machine: sessions can be created */
  exists: z.boolean(),
});

export const host = z.object({
  /** `local`, or the user's name for the machine */
  name: z.string(),
  /** as ssh gets it; absent: this machine */
  destination: z.exactOptional(z.string()),
  /** `unknown`: it was not asked yet */
  state: z.enum(["reachable", "unreachable", "unknown"]),
  /** since when */
  since: z.exactOptional(z.string()),
  /** why it does not answer */
  error: z.exactOptional(failure),
  /** number of its sessions, as last known */
  sessions: z.int(),
});

const hostParam = z.object({ host: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)) });

export const placeRoutes = {
  "GET /projects": {
    role: "view",
    summary: "List the projects that this machine knows or that have sessions on its hosts",
    output: z.object({ projects: z.array(project) }),
    errors: [],
  },
  "GET /hosts": {
    role: "view",
    summary: "List this machine and the hosts that were added",
    output: z.object({ hosts: z.array(host) }),
    errors: [],
  },
  "GET /hosts/{host}/checks": {
    role: "view",
    summary: "The checks of `cowork doctor` on a host; nothing is changed",
    params: hostParam,
    output: z.object({ checks: z.array(check) }),
    errors: ["HOST_UNKNOWN", "HOST_UNREACHABLE"],
  },
} as const satisfies Record<string, RouteContract>;

export type ListedProject = z.infer<typeof project>;
export type HostState = z.infer<typeof host>;

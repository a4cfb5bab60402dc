import * as z from "zod/mini";
import { role, type RouteContract } from "./route.ts";

/** A browser, phone or script that signed in. */
export const device = z.object({
  id: z.string(),
  /** what the person called it, or what it said it is */
  name: z.string(),
  role,
  createdAt: z.string(),
  /** absent: not used yet */
  lastUsedAt: z.exactOptional(z.string()),
  /** it came through the proxy of PUBLIC_URL, and its token outlives the server */
  lasting: z.boolean(),
  /** it is the one that asks */
  current: z.boolean(),
});

export const deviceName = z.string().check(z.minLength(1), z.maxLength(80));

/** A link that signs one device in, once. */
export const signInLink = z.object({
  /** the address with the code in its fragment */
  url: z.string(),
  /** the same for browsers that do not resolve cowork.localhost; absent: behind PUBLIC_URL */
  plainUrl: z.exactOptional(z.string()),
  role,
  /** when the code is over */
  expiresAt: z.string(),
});

/** What the server says about itself and the caller. */
export const me = z.object({
  version: z.string(),
  /** id of the event feed: numbers of events of another feed mean nothing in this one */
  feed: z.string(),
  /** when this server started */
  startedAt: z.string(),
  /** the user whose sessions these are */
  user: z.string(),
  role,
  /** absent: over the unix socket */
  device: z.exactOptional(device),
});

export const authRoutes = {
  "POST /auth/exchange": {
    role: "none",
    summary: "Exchange a one-time code for a token",
    details:
      "The code is the fragment of the link that `cowork ui` opens or prints (`/#code=…`): 5 minutes, once. The token goes into the header `Authorization: Bearer …` of every request. On plain http it ends with the server. A second use of a code also revokes the token of the first.",
    input: z.object({ code: z.string().check(z.maxLength(200)), name: z.exactOptional(deviceName) }),
    output: z.object({ token: z.string(), me }),
    errors: [],
  },
  "GET /me": { role: "view", summary: "What the server is, and what the caller may do", output: me, errors: [] },
  "POST /auth/sign-out": { role: "view", summary: "Revoke the caller's own token", errors: [] },
  "GET /devices": {
    role: "full",
    summary: "List the devices that signed in",
    output: z.object({ devices: z.array(device) }),
    errors: [],
  },
  "DELETE /devices/{device}": {
    role: "full",
    summary: "Revoke a device's token and close its streams",
    params: z.object({ device: z.string() }),
    errors: [],
  },
  "POST /devices/links": {
    role: "full",
    summary: "Make a link that signs another device in, once",
    input: z.object({
      role,
      name: z.exactOptional(deviceName),
      /** `local`: for a browser on this machine, although there is a PUBLIC_URL */
      at: z.exactOptional(z.literal("local")),
    }),
    output: signInLink,
    status: 201,
    errors: [],
  },
  "POST /stop": { role: "full", summary: "End the server; over the unix socket only", errors: [] },
} as const satisfies Record<string, RouteContract>;

export type Device = z.infer<typeof device>;
export type SignInLink = z.infer<typeof signInLink>;
export type Me = z.infer<typeof me>;

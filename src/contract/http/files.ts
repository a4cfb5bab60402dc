import * as z from "zod/mini";
import { role } from "./route.ts";

// The server's files in cowork's home.

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

export type StoredDevice = z.infer<typeof devicesFile>["devices"][number];
export type ServeFile = z.infer<typeof serveFile>;

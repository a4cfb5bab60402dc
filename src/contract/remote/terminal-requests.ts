import * as z from "zod/mini";
import { texts } from "../common.ts";
import { oneSession } from "./requests.ts";
import { settings } from "../settings.ts";

export const connectRequest = z.object({
  selector: oneSession,
  /** for the start of a stopped session */
  settings,
  /** absent: the user's shell, or `CONNECT` */
  command: z.exactOptional(texts),
  /** command line of the `CONNECT` setting */
  connect: z.exactOptional(z.string()),
  /** run it in the host's tmux, so that it survives the terminal (only with a terminal and without a command) */
  tmux: z.boolean(),
  /** `agent`: what `agentOpen` prepared, in place of a shell */
  window: z.exactOptional(z.literal("agent")),
  /** what runs in a pane of tmux; absent: this cowork's own `connect`, called in the project */
  pane: z.exactOptional(texts),
});

export const loginRequest = z.object({
  settings,
  /** use the agent's long-lived token, which is not renewed */
  longLived: z.boolean(),
  /** read a token from standard input, without a terminal */
  token: z.exactOptional(z.boolean()),
});

/** A remote command that needs a terminal: sshd on the host provides it for `__host tty <word>`. */
export const ttyRequest = z.union([z.object({ connect: connectRequest }), z.object({ login: loginRequest })]);

export type ConnectRequest = z.infer<typeof connectRequest>;
export type LoginRequest = z.infer<typeof loginRequest>;
export type TtyRequest = z.infer<typeof ttyRequest>;

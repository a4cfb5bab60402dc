import type { GitInside } from "../../clone/types.ts";
import type { Context } from "../../system/context.ts";
import type { WorkPlace } from "../types.ts";

/** The container that a run works in, running. */
export interface RunContainer {
  id: string;
  startedAt: string;
  /** user that programs are started with */
  user: string;
  workspaceFolder: string;
  /** of programs inside, complete */
  environment: Readonly<Record<string, string>>;
}

/** A session as its run needs it; the layer `session` provides it. */
export interface RunSession {
  place: WorkPlace;
  /** author of commits that cowork makes */
  identity: { name?: string | undefined; email?: string | undefined };
  /** starts the session if it is stopped, and prepares the agent */
  start(ctx: Context): Promise<RunContainer>;
  /** git where the clone's configuration can do no harm to the host */
  git(ctx: Context): Promise<GitInside>;
  /** the user agreed to the MCP servers that the repository names */
  agreedMcp(ctx: Context): Promise<boolean>;
}

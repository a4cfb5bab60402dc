import * as z from "zod/mini";
import { parseJson } from "../../contract/common.ts";
import { CoworkError } from "../../errors.ts";
import { findProgram } from "../../system/process/find-program.ts";
import { plain } from "../../system/text.ts";
import type { SetupContext } from "./setup-file.ts";
import type { SetupItem, SetupKind } from "./setup-types.ts";

/** How an agent's own program keeps its list of MCP servers, for all projects of the user. */
interface McpClient {
  /** name of the program */
  program: string;
  add: readonly string[];
  remove: readonly string[];
  /** prints the server, and fails if there is none */
  get: readonly string[];
  /** Whether what `get` printed is what `add` added. */
  isOurs(printed: string): boolean;
}

/** The list of the user's own claude, not of the one in sessions. Each call starts the server once to see that it answers. */
const claude: McpClient = {
  program: "claude",
  add: ["mcp", "add", "--scope", "user", "cowork", "--", "cowork", "mcp"],
  remove: ["mcp", "remove", "--scope", "user", "cowork"],
  get: ["mcp", "get", "cowork"],
  isOurs: (printed) =>
    [/^\s*Scope: User/m, /^\s*Command: cowork$/m, /^\s*Args: mcp$/m].every((one) => one.test(printed)),
};

/** Codex and Copilot have one list for all projects, and print a server as JSON. */
const codex: McpClient = {
  program: "codex",
  add: ["mcp", "add", "cowork", "--", "cowork", "mcp"],
  remove: ["mcp", "remove", "cowork"],
  get: ["mcp", "get", "cowork", "--json"],
  isOurs: (printed) => isCoworkMcp(z.object({ transport: command }).safeParse(parseJson(printed)).data?.transport),
};

const copilot: McpClient = {
  program: "copilot",
  add: ["mcp", "add", "cowork", "--", "cowork", "mcp"],
  remove: ["mcp", "remove", "cowork"],
  get: ["mcp", "get", "cowork", "--json"],
  isOurs: (printed) => {
    const found = z.object({ cowork: z.extend(command, { source: z.string() }) }).safeParse(parseJson(printed));
    return found.data?.cowork.source === "user" && isCoworkMcp(found.data.cowork);
  },
};

const command = z.object({ command: z.string(), args: z.array(z.string()) });

function isCoworkMcp(found: z.infer<typeof command> | undefined): boolean {
  return found?.command === "cowork" && found.args.join(" ") === "mcp";
}

const clients: readonly McpClient[] = [claude, codex, copilot];

const limits = { timeoutMs: 30_000, maxOutput: 64 * 1024 } as const;

/** cowork as an MCP server of the user's own agents, registered through their own commands. */
export const mcp: SetupKind = {
  name: "mcp",
  read: async (ctx) => (await Promise.all(clients.map(async (client) => await readOne(ctx, client)))).flat(),
  setUp: async (ctx, item) => await change(ctx, item, "add"),
  undo: async (ctx, item) => await change(ctx, item, "remove"),
};

/** Nothing for a program that the user does not have, or that does not answer. */
async function readOne(ctx: SetupContext, client: McpClient): Promise<SetupItem[]> {
  const { program } = client;
  const file = findProgram(ctx.env, program);
  if (file === undefined) return [];
  const found = await call(ctx, file, client.get).catch(() => undefined);
  ctx.signal.throwIfAborted();
  if (found === undefined) return [];
  const state = found.code !== 0 ? "not-set-up" : client.isOurs(found.stdout) ? "set-up" : "taken";
  return [{ name: "mcp", program, file, state }];
}

async function change(ctx: SetupContext, item: SetupItem, how: "add" | "remove"): Promise<SetupItem> {
  const client = clients.find(({ program }) => program === item.program);
  if (client === undefined) return item;
  const { code, stdout, stderr } = await call(ctx, item.file, client[how]);
  if (code === 0) return { ...item, state: how === "add" ? "set-up" : "not-set-up" };
  const said = plain(stderr.trim() || stdout.trim()).slice(0, 300);
  throw new CoworkError("AGENT_UNAVAILABLE", `${client.program} mcp ${how} failed: ${said || `exit code ${code}`}`, {
    hint: `run it yourself: ${[client.program, ...client[how]].join(" ")}`,
  });
}

/** In the user's home folder: a server of the same name in some project does not count. */
async function call(
  ctx: SetupContext,
  file: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await ctx.run(file, args, { ...limits, cwd: ctx.user.home, signal: ctx.signal });
}

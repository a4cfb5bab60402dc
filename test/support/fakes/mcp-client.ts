import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/client";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { onTestFinished } from "vitest";
import { runCommandLine, type CommandResult, type CommandSetting } from "../home/run-command-line.ts";
import type { FakeCaller } from "./fake-caller.ts";

export interface McpHere {
  client: Client;
  caller: FakeCaller;
  /** what the server wrote, byte by byte */
  wire: () => string;
  /** closes the client's end, and waits for the command's end */
  end: () => Promise<CommandResult>;
}

/** The SDK's own client, connected to `cowork mcp` in this process by two pipes. */
export async function mcpHere(
  line: string,
  setting: CommandSetting & { revision?: "2025" | "2026" } = {},
): Promise<McpHere> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  let wire = "";
  toClient.on("data", (chunk: Buffer) => (wire += chunk.toString()));
  let caller: FakeCaller | undefined;
  const onCaller = (made: FakeCaller): void => {
    caller = made;
    Object.assign(made.streams, { stdin: toServer, stdout: toClient });
  };
  const ended = runCommandLine(line, { ...setting, onCaller });
  const client = new Client(
    { name: "test", version: "1" },
    { versionNegotiation: { mode: setting.revision === "2025" ? "legacy" : { pin: "2026-07-28" } } },
  );
  // The transport of the server is one of two streams, and so is the client's.
  await client.connect(new StdioServerTransport(toClient, toServer));
  const end = async (): Promise<CommandResult> => {
    toServer.end();
    return await ended;
  };
  onTestFinished(async () => void (await end()));
  if (caller === undefined) throw new Error("the command did not start");
  return { client, caller, wire: () => wire, end };
}

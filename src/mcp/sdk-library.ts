// A file of its own in the built program (scripts/build/program.ts): only `cowork mcp` reads it.
export { McpServer } from "@modelcontextprotocol/server";
export { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
export { toJSONSchema } from "zod/v4/core";

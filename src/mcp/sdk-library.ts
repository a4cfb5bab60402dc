// What is used of the SDK and its schemas, so that the built program contains nothing else of them.
export { McpServer } from "@modelcontextprotocol/server";
export { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
export { toJSONSchema } from "zod/v4/core";

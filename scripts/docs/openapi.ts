import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import { httpErrors, problem } from "../../src/contract/http/problem.ts";
import { apiBase, routes } from "../../src/contract/http/routes.ts";
import type { RouteContract } from "../../src/contract/http/route.ts";
// Gives the schemas their names.
import "./api-schemas.ts";

/** docs/openapi.json */
export function renderOpenApi(): string {
  const paths: ZodOpenApiPathsObject = {};
  for (const [key, route] of Object.entries(routes) as [string, RouteContract][]) {
    const [method = "", path = ""] = key.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(key, route) };
  }
  const document = createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "cowork",
        version: "1",
        description: "The API of `cowork serve` on one machine. See docs/api.md.",
      },
      servers: [{ url: `http://cowork.localhost:7333${apiBase}` }],
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      paths,
    },
    {
      override: ({ jsonSchema, zodSchema }) =>
        void (zodSchema._zod.def.type === "custom" && (jsonSchema.type = "object")),
      allowEmptySchema: { custom: true, transform: true },
    },
  );
  return `${JSON.stringify(document, null, 1)}\n`;
}

function operationOf(key: string, route: RouteContract): object {
  const { role, summary, details, params, query, input, output, status, as } = route;
  const good = status ?? (output === undefined && as === undefined ? 204 : 200);
  const content = output === undefined ? undefined : { "application/json": { schema: output } };
  const other = as === undefined ? undefined : { [as]: { schema: { type: "string" } } };
  return {
    operationId: key
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, "-")
      .replace(/-$/, ""),
    summary,
    ...(details === undefined ? {} : { description: details }),
    ...(role === "none" ? { security: [] } : { "x-role": role }),
    ...(params === undefined && query === undefined ? {} : { requestParams: { ...(params && { path: params }), ...(query && { query }) } }),
    ...(input === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: input } } } }),
    responses: {
      [good]: {
        description: "done",
        ...(content === undefined ? {} : { content }),
        ...(other === undefined ? {} : { content: other }),
      },
      default: {
        description: `an error: a code of cowork, or ${Object.keys(httpErrors).join(", ")}`,
        content: { "application/problem+json": { schema: problem } },
      },
    },
  };
}

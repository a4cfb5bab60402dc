import { httpErrors, problem } from "../../src/contract/http/problem.ts";
import { apiBase, routes } from "../../src/contract/http/routes.ts";
import type { RouteContract } from "../../src/contract/http/route.ts";
import { jsonSchema, namedSchemas, type JsonSchema } from "./api-schemas.ts";

type Schema = Parameters<typeof jsonSchema>[0];

/** docs/openapi.json: OpenAPI 3.1, whose schemas are JSON Schema as zod writes it. */
export function renderOpenApi(): string {
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, route] of Object.entries(routes) as [string, RouteContract][]) {
    const [method = "", path = ""] = key.split(" ");
    (paths[path] ??= {})[method.toLowerCase()] = operationOf(key, route);
  }
  const schemas = Object.fromEntries(
    Object.entries(namedSchemas).map(([name, schema]) => [name, ownSchema(name, schema)]),
  );
  const document = {
    openapi: "3.1.0",
    info: { title: "cowork", version: "1", description: "The API of `cowork serve` on one machine. See docs/api.md." },
    servers: [{ url: `http://cowork.localhost:7333${apiBase}` }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } }, schemas },
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

function operationOf(key: string, route: RouteContract): object {
  const { role, summary, details, params, query, input, output, status, as } = route;
  const good = status ?? (output === undefined && as === undefined ? 204 : 200);
  const body = output === undefined ? as && { [as]: { schema: { type: "string" } } } : jsonOf(output);
  const parameters = [...parametersOf("path", params), ...parametersOf("query", query)];
  return {
    operationId: key
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, "-")
      .replace(/-$/, ""),
    summary,
    ...(details === undefined ? {} : { description: details }),
    ...(role === "none" ? { security: [] } : { "x-role": role }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(input === undefined ? {} : { requestBody: { required: true, content: jsonOf(input) } }),
    responses: {
      [good]: { description: "done", ...(body === undefined ? {} : { content: body }) },
      default: {
        description: `an error: a code of cowork, or ${Object.keys(httpErrors).join(", ")}`,
        content: { "application/problem+json": { schema: refer(jsonSchema(problem)) } },
      },
    },
  };
}

function parametersOf(place: "path" | "query", schema: Schema | undefined): object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema);
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: typeof one === "boolean" ? {} : refer(one),
  }));
}

function jsonOf(schema: Schema): object {
  return { "application/json": { schema: refer(jsonSchema(schema)) } };
}

function ownSchema(name: string, schema: Schema): unknown {
  const found = jsonSchema(schema);
  const own = found.$defs?.[name];
  return refer(found.$ref === undefined || own === undefined ? found : own);
}

/** Definitions are the document's: `#/$defs/Run` becomes `#/components/schemas/Run`. */
function refer(schema: JsonSchema): unknown {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    ["$defs", "$schema", "$id"].includes(key) ? undefined : value,
  );
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as unknown;
}

import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { type RefusalCode, statusesOf } from "./refusals.ts";
import { refusalAnswer } from "./schemas.ts";

/** Every endpoint may answer with these. */
const common: readonly RefusalCode[] = ["no_key", "address_not_allowed", "too_many_requests", "internal"];

const meanings: Readonly<Record<number, string>> = {
  400: "The request cannot be read",
  401: "No key, or one that does not count",
  402: "Insufficient balance",
  403: "Not allowed",
  404: "Unknown endpoint, order, service or country",
  409: "Not in this state, or no numbers",
  422: "Readable, but not as it should be",
  429: "Too many: Retry-After says when to come again",
  500: "Something failed",
  503: "Nothing is sold just now",
};

type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1 of the JSON dialect, made from the schemas that read its requests. */
export function openApiDocument(): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Numbers for programs",
      version: "1",
      description:
        "OxgelAPI's nine endpoints on the wallet and the orders of this shop. Amounts are US dollars.",
    },
    servers: [{ url: "/api/v1" }],
    security: [{ header: [] }, { query: [] }, { bearer: [] }],
    paths: Object.fromEntries(
      endpoints.map((endpoint) => [endpoint.path, { [endpoint.method.toLowerCase()]: operation(endpoint) }]),
    ),
    components: {
      securitySchemes: {
        header: { type: "apiKey", in: "header", name: "X-API-Key" },
        query: { type: "apiKey", in: "query", name: "api_key" },
        bearer: { type: "http", scheme: "bearer" },
      },
      schemas: { Refusal: schemaOf(refusalAnswer, "output") },
    },
  };
}

function operation(endpoint: Endpoint): Json {
  const { path, summary, body, answer, refusals } = endpoint;
  const refused = statusesOf([...common, ...refusals]).map((status) => [
    status,
    jsonContent(meanings[status] ?? "Refused", { $ref: "#/components/schemas/Refusal" }),
  ]);
  return {
    operationId: path.split("/").at(-1),
    summary,
    parameters: parametersOf(endpoint),
    ...(body && {
      requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } },
    }),
    responses: {
      200: jsonContent("Done", schemaOf(answer, "output")),
      ...Object.fromEntries(refused),
    },
  };
}

function parametersOf({ query, body }: Endpoint): readonly Json[] {
  const asked = Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: "query",
    required: !schema.safeParse(undefined).success,
    schema: schemaOf(schema, "input"),
  }));
  if (!body) return asked;
  const key = { name: "Idempotency-Key", in: "header", required: false };
  return [...asked, { ...key, schema: { type: "string", maxLength: 128 } }];
}

function schemaOf(schema: z.core.$ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}

function jsonContent(description: string, schema: Json): Json {
  return { description, content: { "application/json": { schema } } };
}

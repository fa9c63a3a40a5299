import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type ResellerWorld, startResellerWorld } from "../support/reseller-world.ts";

let world: ResellerWorld;
beforeAll(async () => {
  world = await startResellerWorld();
});
afterAll(() => world.close());

const operation = z.object({
  operationId: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.enum(["query", "header"]), required: z.boolean() })),
  requestBody: z
    .object({ content: z.object({ "application/json": z.object({ schema: z.unknown() }) }) })
    .optional(),
  responses: z.record(z.string(), z.object({ description: z.string() })),
});
const document = z.object({
  openapi: z.literal("3.1.0"),
  paths: z.record(z.string(), z.partialRecord(z.enum(["get", "post"]), operation)),
});

it("the document names the nine endpoints, what they take, and how they refuse; anybody may read it", async () => {
  const response = await fetch(`${world.url}/openapi.json`);
  expect(response.headers.get("content-type")).toBe("application/json");
  const { paths } = document.parse(await response.json());
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(operations.sort()).toEqual([
    "get /balance",
    "get /countries",
    "get /numbers/status",
    "get /prices",
    "get /services",
    "post /numbers/another",
    "post /numbers/buy",
    "post /numbers/cancel",
    "post /numbers/finish",
  ]);
  expect(paths["/prices"]?.get?.parameters).toMatchObject([
    { name: "service", required: true },
    { name: "country", required: false },
  ]);
  const buy = paths["/numbers/buy"]?.post;
  expect(buy?.requestBody?.content["application/json"].schema).toMatchObject({
    type: "object",
    required: ["service", "country"],
  });
  expect(Object.keys(buy?.responses ?? {})).toEqual([
    "200",
    "400",
    "401",
    "402",
    "403",
    "404",
    "409",
    "422",
    "429",
    "500",
    "503",
  ]);
});

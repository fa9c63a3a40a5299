/**
 * Which rooms of src/ each room may import from; its own is always allowed. What is not named is forbidden.
 * A room is a folder, or a file for the entry; a more special room (providers/port) has a line of its own and is left out
 * of the wider one's. test/imports.test.ts shows that every room has a line, and that every line forbids something.
 */
const rooms = {
  core: [],
  texts: ["core"],
  db: ["core"],
  "providers/port": ["core"],
  "providers/transport": ["core", "db", "providers/port"],
  "providers/parsing": ["core", "providers/port", "providers/transport"],
  "providers/health": ["core", "db", "providers/port"],
  "providers/protocols": ["core", "providers/port", "providers/transport", "providers/parsing"],
  providers: [
    "core",
    "db",
    "providers/port",
    "providers/transport",
    "providers/parsing",
    "providers/health",
    "providers/protocols",
  ],
  catalog: ["core", "db", "providers/port", "providers/protocols/handler-api/read-lists.ts"],
  wallet: ["core", "db"],
  buyers: ["core", "db", "wallet"],
  orders: ["core", "db", "catalog/catalog.ts", "providers/port", "providers/transport/http.ts", "wallet"],
  topups: ["core", "db", "buyers/people.ts", "wallet"],
  operations: ["core", "db", "providers/port", "buyers/people.ts", "topups", "wallet"],
  desk: [
    "core",
    "db",
    "providers/port",
    "catalog/catalog.ts",
    "catalog/catalog-inspection.ts",
    "catalog/prices/price-step.ts",
    "catalog/prices/pricing.ts",
    "wallet",
    "buyers",
    "orders/orders.ts",
    "orders/state.ts",
    "topups",
    "operations",
  ],
  flows: ["core", "texts"],
  bot: [
    "core",
    "texts",
    "flows",
    "buyers",
    "wallet",
    "catalog/catalog.ts",
    "catalog/catalog-inspection.ts",
    "catalog/prices/pricing.ts",
    "orders/card-hashes.ts",
    "orders/orders.ts",
    "orders/state.ts",
    "reseller/addresses.ts",
    "reseller/keys.ts",
    "reseller/limits.ts",
    "topups",
    "operations",
    "desk",
  ],
  reseller: [
    "core",
    "db",
    "catalog/catalog.ts",
    "orders/by-key/key-orders.ts",
    "orders/limits.ts",
    "providers/protocols/handler-api/read-lists.ts",
    "wallet",
  ],
  "http/reseller": ["core", "http/server.ts", "reseller"],
  http: ["core"],
  workers: ["core", "db", "providers/port", "providers/health"],
  "shop/config": [
    "core",
    "providers/presets.ts",
    "providers/port",
    "reseller/addresses.ts",
    "topups/topups.ts",
  ],
  shop: [
    "core",
    "texts",
    "db",
    "providers",
    "catalog",
    "wallet",
    "buyers",
    "orders",
    "topups",
    "operations",
    "reseller",
    "desk",
    "bot",
    "http",
    "http/reseller",
    "workers",
    "shop/config",
  ],
  commands: ["core", "db", "providers", "topups", "operations", "bot/telegram-api.ts", "shop"],
  "main.ts": ["core", "db", "providers/presets.ts", "shop"],
};

const escaped = (room) => room.replaceAll(".", "\\.");
const under = (room) => `^src/${escaped(room)}${room.endsWith(".ts") ? "$" : "/"}`;

/** The rooms inside this one that have a line of their own. */
const special = (room) => Object.keys(rooms).filter((other) => other.startsWith(`${room}/`));

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-knows-only-its-list`,
  severity: "error",
  from: { path: under(room), ...(special(room).length > 0 && { pathNot: special(room).map(under) }) },
  to: { path: "^src/", pathNot: [room, ...allowed].map(under) },
}));

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: "\\.d\\.m?ts$|(config|setup)\\.(ts|cjs|mjs)$|static/|\\.json$" },
      to: {},
    },
    {
      name: "every-room-has-a-list",
      severity: "error",
      from: { path: "^src/", pathNot: Object.keys(rooms).map(under) },
      to: {},
    },
    ...roomRules,
    {
      name: "no-protocol-knows-another",
      severity: "error",
      from: { path: "^src/providers/protocols/([^/]+)" },
      to: { path: "^src/providers/protocols/", pathNot: "^src/providers/protocols/$1(/|$)" },
    },
    {
      name: "only-db-speaks-sql",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/db/" },
      to: { path: "node_modules/(kysely|pg|pg-[a-z]+)/" },
    },
    {
      name: "src-stands-alone",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(sandbox|test|scripts|bench)/" },
    },
    {
      name: "sandbox-needs-no-test",
      severity: "error",
      from: { path: "^sandbox/" },
      to: { path: "^(test|bench)/" },
    },
    {
      name: "no-dev-dependency-in-the-shop",
      severity: "error",
      from: { path: "^src/" },
      to: {
        dependencyTypes: ["npm-dev"],
        dependencyTypesNot: ["type-only"],
        pathNot: "node_modules/@types/|@grammyjs/types",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)node_modules/(?!kysely|pg)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};

/** Imports point one way: core ← {texts, db, providers} ← {catalog, wallet} ← {orders, topups} ← flows ← bot ← main. */
const layer = (name, from, forbidden) => ({
  name,
  severity: "error",
  from: { path: `^src/${from}/` },
  to: { path: `^src/(${forbidden})` },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: "\\.d\\.m?ts$|(config|setup)\\.(ts|cjs|mjs)$|static/|\\.json$" },
      to: {},
    },
    layer("core-is-pure", "core", "(?!core)"),
    layer("texts-are-leaves", "texts", "(?!texts|core)"),
    layer("db-knows-no-service", "db", "(?!db|core)"),
    layer("providers-know-no-service", "providers", "(?!providers|core|db)"),
    layer("catalog", "catalog", "(?!catalog|core|texts|db|providers)"),
    layer("wallet", "wallet", "(?!wallet|core|db)"),
    layer("orders", "orders", "topups|flows|bot|http|workers|operations|main|app|config"),
    layer("topups", "topups", "orders|flows|bot|http|workers|operations|main|app|config"),
    layer("operations", "operations", "flows|bot|http|workers|main|app"),
    layer("flows", "flows", "bot/(?!deps|context|callback-data|cards|keyboards)|http|workers|main|app"),
    layer("bot", "bot", "http|workers|main|app|config"),
    layer("http", "http", "bot|flows|orders|topups|catalog|wallet|main|app"),
    layer("workers", "workers", "bot|flows|orders|topups|catalog|wallet|http|main|app"),
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

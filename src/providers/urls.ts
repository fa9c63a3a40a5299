/**
 * A URL below a base that an operator typed: with or without a slash at the end, perhaps with a query of its own, which
 * is kept. Parameters that are undefined are left out.
 */
export function urlUnder(
  base: string,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): URL {
  const url = new URL(base);
  if (path !== "") url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

import type { Result, Router } from "hono/router";

interface Route<TEndpoint> {
  path: string;
  endpoint: TEndpoint;
}

type Match<TEndpoint> = (path: string) => Result<TEndpoint>;

/**
 * Finds what answers a path: a path without parameters before all others, else the first that was added. Hono's own fast
 * router takes no name beside a parameter (`/conversations/by-id/:id`, `/conversations/:user_id`), and its slow one costs
 * as much as a read. There is one answer to a request, so there is no middleware.
 */
export class PathRouter<TEndpoint> implements Router<TEndpoint> {
  readonly name = "PathRouter";
  readonly #routes = new Map<string, Route<TEndpoint>[]>();
  readonly #matches = new Map<string, Match<TEndpoint>>();

  add(method: string, path: string, endpoint: TEndpoint): void {
    if (method === "ALL") throw new Error(`${path}: a route needs a method`);
    const routes = this.#routes.get(method) ?? [];
    this.#routes.set(method, [...routes, { path, endpoint }]);
    this.#matches.delete(method);
  }

  match(method: string, path: string): Result<TEndpoint> {
    let match = this.#matches.get(method);
    if (!match) {
      match = compile(this.#routes.get(method) ?? []);
      this.#matches.set(method, match);
    }
    return match(path);
  }
}

// One regular expression for all paths of a method.
function compile<TEndpoint>(routes: readonly Route<TEndpoint>[]): Match<TEndpoint> {
  const literals = new Map<string, Result<TEndpoint>>();
  const found = new Map<number, [TEndpoint, Record<string, number>][]>();
  const patterns: string[] = [];
  let groups = 0;
  for (const { path, endpoint } of routes) {
    const params: Record<string, number> = {};
    for (const [, name = ""] of path.matchAll(/:(\w+)/g)) params[name] = ++groups;
    if (!/[:*]/.test(path)) {
      if (!literals.has(path)) literals.set(path, [[[endpoint, params]], []]);
      continue;
    }
    // What a parameter takes is never empty, so the first empty group says which path it is.
    patterns.push(`${toPattern(path)}()`);
    found.set(++groups, [[endpoint, params]]);
  }
  const pattern = new RegExp(`^(?:${patterns.join("|")})$`);
  return (path) => {
    const literal = literals.get(path);
    if (literal) return literal;
    const match = pattern.exec(path);
    return match ? [found.get(match.indexOf("", 1)) ?? [], match] : [[], []];
  };
}

function toPattern(path: string): string {
  const steps = path
    .split("/")
    .map((step) => (step.startsWith(":") ? "([^/]+)" : step.replaceAll(/[^\w-]/g, "\\$&")));
  return path.endsWith("/*") ? `${steps.slice(0, -1).join("/")}(?:/[^]*)?` : steps.join("/");
}

import type { KeySource } from '@banyan/gateway';
import type { PlanRoute } from '../types.ts';

/** The small notations of a plan: 'PUT /users/:id', 'params.id', 'public.users'. Each reader returns null on nonsense. */

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', '*'] as const;

export type ParsedRoute = { id: string; method: string; path: string; params: string[] };

/** Reads 'METHOD /path/:param'. A path is segments of literals, ':name', or a single '*' at its end. */
export function parseRoute(text: string): ParsedRoute | null {
  const match = /^\s*([A-Za-z]+|\*)\s+(\/\S*)\s*$/.exec(text);
  if (!match) return null;
  const method = match[1]!.toUpperCase();
  const path = match[2]!;
  if (!METHODS.some((known) => known === method)) return null;
  const params = paramsOf(path);
  return params && { id: `${method} ${path}`, method, path, params };
}

/** Reads 'token.sub', 'params.id', 'header.x-user', 'cookie.session', 'none' or { lookup, column, by: 'params.slug' }. */
export function parseKey(key: PlanRoute['key']): KeySource | null {
  if (key === 'none') return { from: 'none' };
  if (typeof key !== 'string') {
    const { lookup, column, by, matches } = key;
    const param = by.slice('params.'.length);
    return { from: 'lookup', table: qualifyTable(lookup), column, matches: matches ?? param, param };
  }
  const match = /^(token|params|header|cookie)\.([A-Za-z0-9_.-]+)$/.exec(key);
  if (!match) return null;
  const name = match[2]!;
  switch (match[1]) {
    case 'token':
      return { from: 'token', claim: name };
    case 'params':
      return { from: 'param', name };
    case 'header':
      return { from: 'header', name: name.toLowerCase() };
    default:
      return { from: 'cookie', name };
  }
}

/** 'users' → 'public.users'; a qualified name stays as it is. */
export function qualifyTable(name: string): string {
  return name.includes('.') ? name : `public.${name}`;
}

/** Two routes with the same shape would match the same requests, whatever their parameters are called. */
export function shapeOfRoute(route: ParsedRoute): string {
  return `${route.method} ${route.path.replace(/:[^/]+/g, ':')}`;
}

function paramsOf(path: string): string[] | null {
  if (path === '/') return [];
  const params: string[] = [];
  const segments = path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '*' && index === segments.length - 1) continue;
    const param = /^:([A-Za-z_][A-Za-z0-9_]*)$/.exec(segment);
    if (param) params.push(param[1]!);
    else if (!/^[A-Za-z0-9._~!$&'()+,;=@-]+$/.test(segment) || segment === '.' || segment === '..')
      return null;
  }
  return new Set(params).size === params.length ? params : null;
}

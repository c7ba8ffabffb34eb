import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Contender = {
  name: string;
  command: string[];
  env?: Record<string, string>;
  readyBy: 'line' | 'port';
};

export type Ground = { directory: string; upstreamPort: number; secret: string };

/** What answers behind every contender: nginx with a fixed body, which costs least, or our own where it is missing. */
export function upstreamOf(directory: string): Contender {
  const script = fileURLToPath(new URL('./upstream.ts', import.meta.url));
  if (!installed('nginx', '-v'))
    return { name: 'upstream', command: [process.execPath, script], readyBy: 'line' };
  const server = `default_type application/json;
      return 200 '{"id":7,"firstName":"Ada","lastName":"Lovelace","email":"ada@example.org","version":3}';`;
  return nginx('upstream', directory, '', server);
}

/**
 * What is measured, in the order of the table; `missing` are peers that are not installed. `scripts` is the folder of
 * those that we start by Node.
 */
export function contendersOf(
  ground: Ground,
  scripts = fileURLToPath(new URL('.', import.meta.url)),
): { contenders: Contender[]; missing: string[] } {
  const script = (name: string) => [process.execPath, join(scripts, `${name}.ts`)];
  const env = { UPSTREAM: `http://127.0.0.1:${ground.upstreamPort}`, SECRET: ground.secret };
  const ours = (mode: string): Contender => ({
    name: mode,
    command: script('ours'),
    env: { ...env, MODE: mode },
    readyBy: 'line',
  });
  const contenders: Contender[] = [
    ours('bare'),
    ours('policies'),
    ours('shadow'),
    { name: 'http-proxy', command: script('http-proxy'), env, readyBy: 'line' },
    { name: 'fastify-http-proxy', command: script('fastify-http-proxy'), env, readyBy: 'line' },
  ];
  const missing: string[] = [];
  if (installed('nginx', '-v')) contenders.push(nginxProxy(ground));
  else missing.push('nginx');
  if (installed('haproxy', '-v')) contenders.push(haproxy(ground));
  else missing.push('haproxy');
  return { contenders, missing };
}

export function installed(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).error === undefined;
}

function nginxProxy({ directory, upstreamPort }: Ground): Contender {
  return nginx(
    'nginx',
    directory,
    `upstream up { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 100000000; }`,
    `proxy_pass http://up;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;`,
  );
}

function nginx(name: string, directory: string, upstream: string, location: string): Contender {
  const file = join(directory, `${name}.conf`);
  const text = `
worker_processes 1;
daemon off;
pid ${directory}/${name}.pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  keepalive_requests 100000000;
  ${upstream}
  server {
    listen 127.0.0.1:PORT;
    location / {
      ${location}
    }
  }
}
`;
  return { name, command: ['nginx', '-c', file], readyBy: 'port', env: { CONFIG: file, TEXT: text } };
}

function haproxy({ directory, upstreamPort }: Ground): Contender {
  const file = join(directory, 'haproxy.cfg');
  const config = `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option forwardfor
  option http-keep-alive
  http-reuse always
frontend in
  bind 127.0.0.1:PORT
  default_backend up
backend up
  server one 127.0.0.1:${upstreamPort} pool-max-conn 512
`;
  return {
    name: 'haproxy',
    command: ['haproxy', '-f', file],
    readyBy: 'port',
    env: { CONFIG: file, TEXT: config },
  };
}

/** Writes a contender's configuration file, if it has one, for the port it is to listen on. */
export function writeConfig({ env }: Contender, port: number): void {
  if (env?.CONFIG && env.TEXT) writeFileSync(env.CONFIG, env.TEXT.replace('PORT', String(port)));
}

/** http-proxy as a contender, with connections to the upstream kept open. */
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const proxy = httpProxy.createProxyServer({ target: process.env.UPSTREAM, agent, xfwd: true });
proxy.on('error', (_error, _req, res) => res.end());
createServer((req, res) => proxy.web(req, res)).listen(Number(process.env.PORT), '127.0.0.1', () =>
  console.log('ready'),
);

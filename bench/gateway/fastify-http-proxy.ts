/** @fastify/http-proxy as a contender, with its own undici pool. */
import fastifyHttpProxy from '@fastify/http-proxy';
import fastify from 'fastify';

const app = fastify({ logger: false });
await app.register(fastifyHttpProxy, {
  upstream: process.env.UPSTREAM as string,
  undici: { connections: 256, pipelining: 1 },
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
console.log('ready');

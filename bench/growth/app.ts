/**
 * The monolith and all services of `npm run bench:growth`, in one process: a note of the owner, to read and to write.
 * Its argument, as JSON: the database of each path by side. Sends its two ports when it listens.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { tableOf } from './system.ts';

const databases = JSON.parse(process.argv[2]!) as Record<'monolith' | 'services', Record<string, string>>;
const pools = new Map<string, pg.Pool>();

const ports = await Promise.all([listen(databases.monolith), listen(databases.services)]);
process.on('disconnect', () => process.exit());
process.send!(ports);

function listen(databaseOf: Record<string, string>): Promise<number> {
  const server = createServer(async (request, response) => {
    const service = request.url!.slice(1);
    if (service === 'health') return response.end('ok');
    const owner = String(request.headers['x-owner']);
    try {
      const pool = poolOf(databaseOf[service]!);
      if (request.method === 'PUT') {
        let note = '';
        for await (const chunk of request) note += chunk;
        await pool.query(`UPDATE ${tableOf(service)} SET note = $2 WHERE owner = $1`, [owner, note]);
        return response.end('saved');
      }
      const { rows } = await pool.query(`SELECT note FROM ${tableOf(service)} WHERE owner = $1`, [owner]);
      return response.end(rows[0].note);
    } catch (error) {
      response.statusCode = 500;
      return response.end(String(error));
    }
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

function poolOf(url: string): pg.Pool {
  const open = pools.get(url);
  if (open) return open;
  const pool = createPool(url, { max: 8, applicationName: 'app' });
  pools.set(url, pool);
  return pool;
}

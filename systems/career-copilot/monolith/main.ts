import { createMonolith } from './app.ts';
import { connect, createTables } from './database.ts';

const { PORT = '8000', HOST = '127.0.0.1', DATABASE_URL, JWT_SECRET, LOG_LEVEL = 'info' } = process.env;
const { WEB_FOLDER: folder, API_URL: apiUrl } = process.env;
if (!DATABASE_URL || !JWT_SECRET) {
  console.error('The monolith needs DATABASE_URL and JWT_SECRET in its environment.');
  process.exit(2);
}

const pool = connect(DATABASE_URL);
await createTables(pool);
const app = await createMonolith(
  pool,
  {
    jwtSecret: JWT_SECRET,
    bcryptCost: Number(process.env.BCRYPT_COST ?? 10),
    accessTokenSeconds: Number(process.env.ACCESS_TOKEN_SECONDS ?? 1800),
    refreshTokenDays: Number(process.env.REFRESH_TOKEN_DAYS ?? 30),
  },
  { logLevel: LOG_LEVEL, ...(folder ? { web: { folder, apiUrl } } : {}) },
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    await app.close();
    await pool.end();
  });
}
await app.listen({ port: Number(PORT), host: HOST });

import { openWorld, WRITER, ROW } from './world.ts';
import { openLink } from '@banyan/replication';
import inspector from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
const kind = process.argv[2] ?? 'inserts';
const w = await openWorld();
await w.source.query(WRITER);
await w.source.query(`INSERT INTO users SELECT ${ROW} FROM generate_series(1::bigint, 300000) i`);
const link = openLink({...w.config, batchRows: Number(process.env.BATCH ?? 2000)}); await link.prepare(); await link.copy();
const c = await w.source.connect(); await c.query('SET synchronous_commit=off'); await c.query(`CALL write_${kind}(1000000000, 40000)`); await c.query('SET synchronous_commit = on'); await c.query('CHECKPOINT'); c.release();
const s = new inspector.Session(); s.connect(); 
if (process.argv[3]) { await s.post('Profiler.enable'); await s.post('Profiler.start'); }
const st = new AbortController(); const t = performance.now(); const cpu = process.cpuUsage();
const e = link.stream({signal: st.signal}); await link.barrier({timeoutMs: 100000});
const sec = (performance.now()-t)/1000; const u = process.cpuUsage(cpu);
console.log(kind, Math.round(400000/sec), 'rows/s', sec.toFixed(2), 's; node user', u.user/1e6, 'sys', u.system/1e6, 'rss', process.memoryUsage().rss/2**20, process.memoryUsage());
const ps = await w.source.query(`select application_name, backend_type, pid from pg_stat_activity where datname is not null or backend_type like 'wal%'`);
import { readFileSync } from 'node:fs';
for (const r of ps.rows) { try { const f = readFileSync(`/proc/${r.pid}/stat`,'utf8').split(') ')[1].split(' '); console.log(r.application_name||r.backend_type, 'cpu s', (Number(f[11])+Number(f[12]))/100); } catch {} }
if (process.argv[3]) { const { profile } = await s.post('Profiler.stop'); writeFileSync('/tmp/prof.cpuprofile', JSON.stringify(profile));
 const self = new Map(); const dt = profile.timeDeltas; const byId = new Map(profile.nodes.map(n=>[n.id,n])); profile.samples.forEach((id,i)=>{const n=byId.get(id); const k=n.callFrame.functionName+' '+n.callFrame.url.split('/').slice(-2).join('/')+':'+n.callFrame.lineNumber; self.set(k,(self.get(k)??0)+dt[i]);});
 for (const [k,v] of [...self].sort((a,b)=>b[1]-a[1]).slice(0,28)) console.log((v/1000).toFixed(0).padStart(7)+' ms '+k); }
st.abort(); await e; await w.stop();

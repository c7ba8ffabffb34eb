/** Takes traces and throws them away: what a collector makes of them is not measured. */
import { createServer } from 'node:http';

createServer((request, response) => {
  request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));

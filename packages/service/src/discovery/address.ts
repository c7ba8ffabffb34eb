import { consulRegistry } from './consul.ts';
import type { Registry } from './discovery.ts';
import { type DnsOptions, dnsRegistry } from './dns.ts';
import { postgresRegistry } from './postgres.ts';

/**
 * The registry that an address names:
 * `postgres://…`: a database that all services reach;
 * `consul://host:8500`, or `consuls://` for TLS: Consul's agent, with the token of CONSUL_HTTP_TOKEN;
 * `dns:<domain>?port=8080&portName=http&server=10.0.0.10:53&everyMs=2000`: DNS, all after the question mark optional.
 * Throws a `TypeError` that names the mistake and not the address, in which there may be a password.
 */
export function registryAt(address: string, { consulToken }: { consulToken?: string } = {}): Registry {
  const scheme = /^([a-z]+):/.exec(address)?.[1];
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return postgresRegistry(address);
    case 'consul':
    case 'consuls': {
      const url = address.replace(/^consul(s?):/, 'http$1:');
      if (!URL.canParse(url)) throw new TypeError('consul:// wants a host, e.g. consul://127.0.0.1:8500');
      return consulRegistry({ url, token: consulToken });
    }
    case 'dns':
      return dnsRegistry(readDns(address));
    default:
      throw new TypeError('a registry is postgres://…, consul://host:port or dns:<domain>');
  }
}

function readDns(address: string): DnsOptions {
  const [domain = '', query = ''] = address.slice('dns:'.length).split('?');
  if (!/^[\w-]+(\.[\w-]+)*\.?$/.test(domain))
    throw new TypeError('dns: wants a domain, e.g. dns:default.svc.cluster.local');
  const options: DnsOptions = { domain };
  for (const [name, value] of new URLSearchParams(query)) {
    const number = Number(value);
    if (name === 'server') options.servers = [...(options.servers ?? []), value];
    else if (name === 'portName' && /^[\w-]+$/.test(value)) options.portName = value;
    else if (name === 'port' && Number.isInteger(number) && number > 0 && number < 65_536)
      options.port = number;
    else if (name === 'everyMs' && Number.isInteger(number) && number >= 100) options.everyMs = number;
    else throw new TypeError(`dns: has ${name} wrong, or does not know it: port, portName, server, everyMs`);
  }
  return options;
}

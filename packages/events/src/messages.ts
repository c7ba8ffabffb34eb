import { Compile } from 'typebox/compile';
import type { Contracts, MessageContract } from './contracts.ts';
import type { Envelope } from './envelope.ts';
import { EventsError } from './errors.ts';

/** The events and commands of a system, their schemas compiled once. */
export class Messages {
  readonly system: string;
  readonly #types = new Map<string, MessageType>();

  constructor({ system, events, commands }: Contracts) {
    this.system = system;
    for (const [name, contract] of [...Object.entries(events), ...Object.entries(commands)]) {
      if (this.#types.has(name)) throw new EventsError('TYPE_TWICE', { type: name });
      this.#types.set(name, { contract, validator: Compile(contract.data) });
    }
  }

  /** Throws `TYPE_UNKNOWN`, also if there is a message of this name that is of the other kind. */
  contract(type: string, kind: MessageContract['kind']): MessageContract {
    const { contract } = this.#get(type);
    if (contract.kind !== kind) throw new EventsError('TYPE_UNKNOWN', { type, kind });
    return contract;
  }

  /** Throws `DATA_INVALID`. */
  check(type: string, data: unknown): void {
    const { validator } = this.#get(type);
    if (validator.Check(data)) return;
    const problems = validator
      .Errors(data)
      .slice(0, 5)
      .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
    throw new EventsError('DATA_INVALID', { type, problems: problems.join('; ') });
  }

  /**
   * A message as this version of the contracts knows it: old data goes through the upcasters, one version at a time.
   * Throws `VERSION_TOO_NEW`, `UPCASTER_MISSING`, `DATA_INVALID`: all permanent.
   */
  receive(message: Envelope): Envelope {
    const { type, dataversion } = message;
    const { version, upcasters } = this.#get(type).contract;
    if (dataversion > version)
      throw new EventsError('VERSION_TOO_NEW', { type, version: dataversion, known: version });
    let data = message.data;
    for (let old = dataversion; old < version; old++) {
      const upcast = upcasters?.[old];
      if (!upcast) throw new EventsError('UPCASTER_MISSING', { type, from: old });
      data = upcast(data);
    }
    this.check(type, data);
    return data === message.data ? message : { ...message, data, dataversion: version };
  }

  #get(type: string): MessageType {
    const found = this.#types.get(type);
    if (!found) throw new EventsError('TYPE_UNKNOWN', { type });
    return found;
  }
}

type MessageType = { contract: MessageContract; validator: ReturnType<typeof Compile> };

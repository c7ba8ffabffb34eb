import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { addressIn, begin, type Connector, ConnectorError, fields, postingsOf, several } from './posting.ts';

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, htmlEntities: true });

/** Feeds by RSS 2.0. Its board is the feed's address. The latest postings only: what is not in it any more may be open still. */
export const rss: Connector = {
  isComplete: false,
  everySeconds: 3_600,
  addressOf: addressIn,
  parse: (payload, { company }) => {
    const { channel } = fields(fields(documentOf(payload)).rss);
    if (channel === undefined)
      throw new ConnectorError(`the answer is no feed by RSS 2.0: it begins with ${begin(payload)}`);
    const items = several(fields(channel).item).map(fields);
    return postingsOf(
      items.map((item) => {
        const title = String(item.title ?? '');
        return {
          externalId: item.guid ?? item.link,
          url: item.link ?? item.guid,
          title,
          company: item['dc:creator'] ?? company,
          location: item.location ?? item.region,
          remote: /\bremote\b/i.test(title),
          employment: item.type,
          description: item['content:encoded'] ?? item.description,
          salary: null,
          postedAt: item.pubDate,
          expiresAt: item.expirationDate,
        };
      }),
    );
  },
};

function documentOf(payload: string): unknown {
  // No feed by RSS 2.0 has one, and a few lines of entities in it can become gigabytes.
  if (payload.slice(0, payload.search(/<rss\b/i)).includes('<!DOCTYPE'))
    throw new ConnectorError('the answer is XML with a document type of its own, which is not read');
  const valid = XMLValidator.validate(payload);
  if (valid !== true) throw new ConnectorError(`the answer is no XML: ${valid.err.msg}`);
  try {
    return parser.parse(payload);
  } catch (cause) {
    throw new ConnectorError('the answer is XML that cannot be read', { cause });
  }
}

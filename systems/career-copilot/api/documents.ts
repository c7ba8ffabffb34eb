/** Documents of applications that are uploaded, below `/api/v2/applications`. */
import { type Static, Type } from 'typebox';
import { INTEGER, Nullable, Timestamp } from './common.ts';
import { ApplicationPath } from './tracking.ts';

const DOCUMENT_KINDS = ['resume', 'cover_letter', 'portfolio', 'other'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];
const Kind = Type.Unsafe<DocumentKind>({ type: 'string', enum: [...DOCUMENT_KINDS] });

const id = Type.Integer({ ...INTEGER, minimum: 1 });
const Name = Type.String({
  minLength: 1,
  maxLength: 255,
  // No controls and no separators of paths: it is shown, and offered as the name of a download.
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f/\\\\]+$',
});
export const DocumentPath = Type.Object({ ...ApplicationPath.properties, documentId: id });
export const UploadQuery = Type.Object({ name: Name, kind: Kind });
export const OfVersion = Type.Object({ kind: Kind, version: id, name: Type.Optional(Name) });
export type OfVersion = Static<typeof OfVersion>;

const SCANS = ['pending', 'clean', 'infected', 'unscanned', 'elsewhere'] as const;
export type Scan = (typeof SCANS)[number];
const ScanState = Type.Unsafe<Scan>({
  type: 'string',
  enum: [...SCANS],
  description:
    'Whether it was looked into for harm. Nobody gets what is `pending` or `infected`. `unscanned`: nothing here looks into files. `elsewhere`: it was never uploaded here, and its url is all that is known of it.',
});

export const UploadedDocument = Type.Object({
  id: Type.Integer(),
  application_id: Nullable<number>(Type.Integer()),
  name: Type.String(),
  kind: Type.String(),
  version: Nullable<number>(
    Type.Integer({ description: 'Which one of the documents of this kind that its user has uploaded.' }),
  ),
  url: Type.String(),
  content_type: Type.String(),
  size_bytes: Type.Integer(),
  scan: ScanState,
  created_at: Timestamp,
});
export type UploadedDocument = Static<typeof UploadedDocument>;

export const Versions = Type.Object({
  items: Type.Array(
    Type.Object({
      kind: Type.String(),
      version: Type.Integer(),
      names: Type.Array(Type.String(), { description: 'What its user has called it.' }),
      content_type: Type.String(),
      size_bytes: Type.Integer(),
      scan: ScanState,
      application_ids: Type.Array(Type.Integer(), { description: 'With which applications it was sent.' }),
      created_at: Timestamp,
    }),
  ),
  used_bytes: Type.Integer(),
  quota_bytes: Type.Integer(),
});
export const VersionsQuery = Type.Object({ kind: Type.Optional(Kind) });

export const NewLink = Type.Object({
  seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_600, description: 'Default 300.' })),
});
export const Link = Type.Object({ url: Type.String(), expires_at: Timestamp });
export const LinkPath = Type.Object({ documentId: id });
export const LinkQuery = Type.Object({
  expires: Type.Integer({ minimum: 0, maximum: 100_000_000_000 }),
  signature: Type.String({ minLength: 1, maxLength: 100 }),
});

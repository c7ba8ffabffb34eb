import { createBulkhead, mediaOf, type ServiceApp } from '@banyan/service';
import type { FastifyContextConfig, onRequestAsyncHookHandler } from 'fastify';
import { Type } from 'typebox';
import { RESUME_BYTES } from '../../api/bodies.ts';
import { Resume } from '../../api/resume.ts';
import { ProfileChanges } from '../../api/users.ts';
import type { Skills } from '../skills/skills.ts';
import { understandJson } from './json-resume.ts';
import { profileIn } from './profile.ts';
import { readResume } from './read.ts';

/** What a route of a user states: who may ask, and these statuses besides. */
type OfUser = (...statuses: number[]) => {
  config: FastifyContextConfig;
  onRequest: onRequestAsyncHookHandler;
};

const Read = Type.Object({
  kind: Type.Unsafe<'pdf' | 'docx' | 'json' | 'linkedin' | 'text'>({
    type: 'string',
    enum: ['pdf', 'docx', 'json', 'linkedin', 'text'],
  }),
  resume: Resume,
  confidence: Type.Record(Type.String(), Type.Number(), {
    description: 'How sure that is, 0 to 1, by path: `work[0].position`.',
  }),
  profile: ProfileChanges,
});

/** Files that are read at once in this process, and that wait for it. */
const READING = { atOnce: 2, waiting: 8 };

/** Says what was understood of a file, and what it would make of its owner's profile; keeps nothing. The scope takes any type of body from then on. */
export function readRoute(
  app: ServiceApp,
  path: string,
  { ofUser, skills }: { ofUser: OfUser; skills: Skills },
): void {
  const atOnce = createBulkhead(READING);
  // A file of text is a file as any other.
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: RESUME_BYTES }, (_request, body, done) =>
    done(null, body),
  );

  app.post(
    path,
    {
      ...ofUser(413, 415, 422, 503),
      bodyLimit: RESUME_BYTES,
      schema: {
        description:
          'The file is the body: PDF, Word (.docx), JSON Resume, the export of LinkedIn (ZIP) or plain text, whatever its type says it is.',
        body: mediaOf('*/*'),
        response: { 200: Read },
      },
    },
    async ({ body }) => {
      const read = Buffer.isBuffer(body)
        ? await atOnce(() => readResume(body, { skills }))
        : { kind: 'json' as const, ...understandJson(body) };
      const { kind, resume, confidence } = read;
      return { kind, resume, confidence, profile: profileIn(resume) };
    },
  );
}

import type { Events } from '@banyan/events';
import { defineErrors, Page, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { MAIL_BYTES } from '../../../api/bodies.ts';
import { Id } from '../../../api/common.ts';
import {
  Confirmation,
  IncomingMail,
  MailAddress,
  Proposal,
  ProposalQuery,
  ProposalWithCandidates,
  Senders,
} from '../../../api/mail.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { contracts } from '../messages.ts';
import type { OfUser } from '../of-user.ts';
import { distrustOf, type SignedHeaders } from '../webhooks/signature.ts';
import { applicationsOf, moveOn, type PublicApi } from './applications.ts';
import { candidatesFor } from './match.ts';
import type { Moving } from './moving.ts';
import { receiveMail } from './receive.ts';
import * as store from './store.ts';

const errors = defineErrors({
  MAIL_NOT_SET_UP: [404, 'Mail is not received here.'],
  ADDRESS_NOT_FOUND: [404, 'You have no address yet. Say first from where you forward.'],
  PROPOSAL_NOT_FOUND: [404, 'There is no such proposal.'],
  PROPOSAL_CLOSED: [409, 'It was confirmed or dismissed already.'],
  STEP_REFUSED: [409, 'The application cannot take this step.'],
  NOT_SIGNED: [401, 'It is not signed by the secret of the mail server, or not just now.'],
  MAY_NOT_ACT: [
    409,
    'Connect first the account by which we may act for you: without it nothing can move by itself.',
  ],
  NOT_BASE64: [422, '`raw` is not base64.'],
});

export type MailSettings = { domain: string; secret: string; moving: Moving } | undefined;
type Context = {
  pool: pg.Pool;
  events: Events<typeof contracts>;
  api: PublicApi;
  mail: MailSettings;
  ofUser: OfUser;
};

/**
 * Mail about applications that people forward. What it seems to say becomes a proposal; who acts on it is the person, whose own token the
 * change of the application is made with, or whom they have allowed to (moving.ts).
 */
export async function mailRoutes(app: ServiceApp, context: Context): Promise<void> {
  const { pool, api, mail, ofUser } = context;
  const setUp = () => {
    if (!mail) throw errors('MAIL_NOT_SET_UP');
    return mail;
  };
  const shown = ({ local_part, senders, moves, created_at }: store.KeptAddress) => ({
    address: `${local_part}@${setUp().domain}`,
    senders,
    moves,
    created_at,
  });

  app.get(
    '/mail/address',
    { ...ofUser(404), schema: { response: { 200: MailAddress } } },
    async (request) => {
      const address = await store.findAddress(pool, callerOf(request));
      if (!address) throw errors('ADDRESS_NOT_FOUND');
      return shown(address);
    },
  );

  app.put(
    '/mail/address',
    { ...ofUser(404, 409), schema: { body: Senders, response: { 200: MailAddress } } },
    async (request) => {
      const { moving } = setUp();
      const userId = callerOf(request);
      const { moves } = request.body;
      if (moves && !(await moving.mayAct(userId))) throw errors('MAY_NOT_ACT');
      const saved = await store.saveSenders(pool, userId, request.body);
      if (moves === false) await store.stopMoving(pool, userId);
      return shown(saved);
    },
  );

  app.post(
    '/mail/address/rotate',
    { ...ofUser(404), schema: { response: { 200: MailAddress } } },
    async (request) => {
      const address = await store.rotateAddress(pool, callerOf(request));
      if (!address) throw errors('ADDRESS_NOT_FOUND');
      return shown(address);
    },
  );

  app.delete(
    '/mail/address',
    { ...ofUser(404), schema: { response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await store.deleteAddress(pool, callerOf(request)))) throw errors('ADDRESS_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );

  app.get(
    '/mail/proposals',
    { ...ofUser(), schema: { querystring: ProposalQuery, response: { 200: Page(Proposal) } } },
    (request) => store.listProposals(pool, callerOf(request), request.query),
  );

  app.get(
    '/mail/proposals/:id',
    { ...ofUser(404, 502, 504), schema: { params: Id, response: { 200: ProposalWithCandidates } } },
    async (request) => {
      const { sender_name: fromName, ...proposal } = await proposalOf(callerOf(request), request.params.id);
      const { subject, sender: from, sentence } = proposal;
      const applications = await applicationsOf(api);
      return { ...proposal, candidates: candidatesFor({ subject, from, fromName, sentence }, applications) };
    },
  );

  app.post(
    '/mail/proposals/:id/confirm',
    {
      ...ofUser(404, 409, 502, 504),
      schema: { params: Id, body: Confirmation, response: { 200: Proposal } },
    },
    async (request) => {
      const userId = callerOf(request);
      const { id, state, proposed_status: status, sentence } = await proposalOf(userId, request.params.id);
      if (state !== 'open') throw errors('PROPOSAL_CLOSED');
      const { application_id: applicationId } = request.body;
      if (!(await moveOn(api, applicationId, status, sentence))) throw errors('STEP_REFUSED');
      const confirmed = await store.closeProposal(pool, userId, id, 'confirmed', applicationId);
      if (!confirmed) throw errors('PROPOSAL_CLOSED');
      return confirmed;
    },
  );

  app.post(
    '/mail/proposals/:id/dismiss',
    { ...ofUser(404, 409), schema: { params: Id, response: { 200: Proposal } } },
    async (request) => {
      const userId = callerOf(request);
      const { id } = await proposalOf(userId, request.params.id);
      const dismissed = await store.closeProposal(pool, userId, id, 'dismissed', null);
      if (!dismissed) throw errors('PROPOSAL_CLOSED');
      return dismissed;
    },
  );

  async function proposalOf(userId: number, id: number): Promise<store.KeptProposal> {
    const proposal = await store.findProposal(pool, userId, id);
    if (!proposal) throw errors('PROPOSAL_NOT_FOUND');
    return proposal;
  }

  await app.register(async (scope: ServiceApp) => receiving(scope, context));
}

/** The mail server says what it has received. The bytes of the body are what it has signed. */
function receiving(scope: ServiceApp, { pool, events, mail }: Context): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: MAIL_BYTES },
    (request, body, done) => {
      const headers = request.headers as Partial<SignedHeaders>;
      // Looked at before it is parsed: nobody else's JSON is.
      const why = mail && distrustOf([mail.secret], headers, body as Buffer, new Date());
      if (!mail) return done(errors('MAIL_NOT_SET_UP'));
      if (why) return done(errors('NOT_SIGNED', { fields: { reason: why } }));
      try {
        done(null, JSON.parse(String(body)));
      } catch (error) {
        done(Object.assign(error as Error, { statusCode: 400 }));
      }
    },
  );
  scope.post(
    '/mail/receive',
    {
      config: { allow: 'everybody', errors: [401, 404, 413, 422] },
      schema: {
        body: IncomingMail,
        response: { 202: Type.Object({ outcome: Type.String(), reason: Type.Optional(Type.String()) }) },
      },
    },
    async (request, reply) => {
      if (!mail) throw errors('MAIL_NOT_SET_UP');
      const { envelope_from: from, envelope_to: to, spf, dkim = [], raw } = request.body;
      if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(raw)) throw errors('NOT_BASE64');
      const received = await receiveMail(
        { pool, events, domain: mail.domain, holdMs: mail.moving.holdMs },
        { from, to, spf, dkim },
        Buffer.from(raw, 'base64'),
      );
      // That it was refused is the sender's to know, not a reason to send it again.
      const reason = received.is === 'refused' ? { reason: received.why } : {};
      return await reply.code(202).send({ outcome: received.is, ...reason });
    },
  );
}

import { withTransaction } from '@banyan/postgres';
import { defineErrors, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Answers, Assessment, Attempt, AttemptResult, NewAssessment } from '../../../api/assessments.ts';
import { Id } from '../../../api/common.ts';
import { callerOf } from '../../../kit/caller.ts';
import { ofAdminIn, ofUserIn } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import { findSkill } from '../catalogue/store.ts';
import type { Given } from '../given.ts';
import { isAtLeast } from '../verification/decide.ts';
import { lockOffer, markVerified } from '../verification/store.ts';
import { correctOf, DAYS_BETWEEN, isPassed, isTooLate, questionsOf, whyNotAssessment } from './decide.ts';
import * as store from './store.ts';

const errors = defineErrors({
  BAD_ASSESSMENT: [400, 'The questions are not what an assessment needs.'],
  ASSESSMENT_NOT_FOUND: [404, 'There is no such assessment.'],
  ATTEMPT_NOT_FOUND: [404, 'There is no such attempt.'],
  TRIED_LATELY: [409, `You can try again ${DAYS_BETWEEN} days after the last time.`],
  ALREADY_JUDGED: [409, 'The answers were handed in already.'],
  TOO_LATE: [409, 'The time was over.'],
});

const DAY_MS = 86_400_000;

/** Tests by which somebody shows that they can what they offer. */
export function assessmentRoutes(app: ServiceApp, { pool, events, clock }: Given): void {
  const forUsers = ofUserIn(pool);

  app.put(
    '/skills/:id/assessments',
    {
      ...ofAdminIn(pool)('INVALID_REQUEST', 'SKILL_NOT_FOUND'),
      schema: { params: Id, body: NewAssessment, response: { 200: Assessment } },
    },
    async ({ params: { id }, body }) => {
      const reason = whyNotAssessment(body);
      if (reason !== null) throw errors('BAD_ASSESSMENT', { fields: { reason } });
      return await withTransaction(pool, async (tx) => {
        await findSkill(tx, id);
        return await store.replaceAssessment(tx, id, body);
      });
    },
  );

  app.get(
    '/skills/:id/assessments',
    { ...forUsers(), schema: { params: Id, response: { 200: Type.Array(Assessment) } } },
    async ({ params }) => await store.listAssessments(pool, params.id),
  );

  app.post(
    '/skills/assessments/:id/attempts',
    {
      ...forUsers('SKILL_NOT_FOUND', 'SKILL_NOT_OFFERED'),
      schema: { params: Id, response: { 201: Attempt } },
    },
    async (request, reply) => {
      const [userId, now] = [callerOf(request), clock()];
      const attempt = await withTransaction(pool, async (tx) => {
        const assessment = await store.findAssessment(tx, request.params.id);
        if (!assessment || assessment.isReplaced) throw errors('ASSESSMENT_NOT_FOUND');
        const { skillId, asked, questions } = assessment;
        if (!(await lockOffer(tx, userId, skillId))) throw new ApiError('SKILL_NOT_OFFERED');
        const last = await store.lastBegan(tx, userId, skillId);
        const againAt = last && last.getTime() + DAYS_BETWEEN * DAY_MS;
        if (againAt !== undefined && now < againAt)
          throw errors('TRIED_LATELY', { fields: { againAt: new Date(againAt) } });
        const { id, dueAt } = await store.insertAttempt(tx, assessment, { userId, now });
        const numbers = questionsOf(id, { asked, of: questions.length });
        const shown = numbers.map((number) => {
          const { text, options } = questions[number]!;
          return { number, text, options };
        });
        return { id, dueAt, questions: shown };
      });
      return await reply.code(201).send(attempt);
    },
  );

  app.post(
    '/skills/attempts/:id/answers',
    {
      ...forUsers('SKILL_NOT_FOUND', 'BAD_STATE'),
      schema: { params: Id, body: Answers, response: { 200: AttemptResult } },
    },
    async (request) => {
      const [userId, { id }] = [callerOf(request), request.params];
      return await withTransaction(pool, async (tx) => {
        const attempt = await store.lockAttempt(tx, id, userId);
        if (!attempt) throw errors('ATTEMPT_NOT_FOUND');
        if (attempt.isJudged) throw errors('ALREADY_JUDGED');
        if (isTooLate(attempt.dueAt, clock())) throw errors('TOO_LATE');
        const { level, skillId, ...assessment } = (await store.findAssessment(tx, attempt.assessmentId))!;
        const { asked, questions } = assessment;
        const numbers = questionsOf(id, { asked, of: questions.length });
        const correct = correctOf(request.body.answers, numbers, questions);
        const passed = isPassed(correct, assessment);
        await store.judge(tx, id, { correct, passed });
        const offer = await lockOffer(tx, userId, skillId);
        const shows = passed && offer !== undefined && isAtLeast(level, offer.level);
        if (shows && !offer.verified) {
          await markVerified(tx, userId, skillId);
          await events.publish(tx, 'SkillVerified', { userId, skillId, level: offer.level, by: 'TEST' });
        }
        return { correct, asked, passed, verified: shows || offer?.verified === true };
      });
    },
  );
}

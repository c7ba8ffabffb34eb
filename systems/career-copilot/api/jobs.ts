import { Type } from 'typebox';
import { Nullable, Timestamp } from './common.ts';

export const Job = Type.Object({
  id: Type.Integer(),
  company: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    industry: Nullable<string>(Type.String()),
  }),
  title: Type.String(),
  location: Nullable<string>(Type.String()),
  job_type: Type.String(),
  remote: Type.Boolean(),
  salary_min: Nullable<number>(Type.Integer()),
  salary_max: Nullable<number>(Type.Integer()),
  requirements: Type.Array(Type.String()),
  posted_at: Timestamp,
});
export const JobDetails = Type.Object({
  ...Job.properties,
  description: Type.String(),
  is_active: Type.Boolean(),
});

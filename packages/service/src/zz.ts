import { Type } from 'typebox';
import { operation, type OperationInput, type OperationAnswer, type Operation } from './operation.ts';
const o = operation({ service: 'users', method: 'GET', path: '/users/:id', params: Type.Object({ id: Type.Integer() }), answer: Type.Object({ name: Type.String() }) });
const i: OperationInput<typeof o> = { params: { id: 1 } };
// @ts-expect-error
const j: OperationInput<typeof o> = { params: { id: 'x' } };
const a: OperationAnswer<typeof o> = { name: 'x' };
// @ts-expect-error
const b: OperationAnswer<typeof o> = { name: 1 };
const q: Record<string, Operation> = { o };
export { i, j, a, b, q };

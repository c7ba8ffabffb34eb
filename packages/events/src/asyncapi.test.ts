import assert from 'node:assert/strict';
import { test } from 'node:test';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { Type } from 'typebox';
import { asyncApi, messagesPage } from './asyncapi.ts';
import { command, defineContracts, event } from './contracts.ts';

const contracts = defineContracts({
  system: 'shop',
  events: {
    OrderPlaced: event({
      service: 'orders',
      version: 2,
      key: 'orderId',
      summary: 'Somebody wants something.',
      data: Type.Object({
        orderId: Type.String({ format: 'uuid' }),
        note: Type.Optional(Type.String({ description: 'Free text.' })),
      }),
      upcasters: { 1: (data) => data },
    }),
  },
  commands: {
    ShipOrder: command({
      service: 'shipping',
      version: 1,
      key: 'orderId',
      data: Type.Object({ orderId: Type.String() }),
    }),
  },
});

test('the document is AsyncAPI 3.0, by its own schema', () => {
  // The schema brings draft 7's own along.
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    allErrors: true,
    meta: false,
    validateSchema: false,
  });
  const valid = ajv.validate(specs.schemas['3.0.0'] as object, asyncApi(contracts));
  assert.ok(valid, ajv.errorsText(ajv.errors?.slice(0, 10)));
});

test('a message says who publishes it, its key and its version', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document
  const document = asyncApi(contracts) as any;
  const { properties } = document.components.messages.OrderPlaced.payload;
  assert.equal(properties.source.const, '/shop/orders');
  assert.equal(properties.dataversion.maximum, 2);
  assert.equal(document.operations.OrderPlaced.action, 'send');
  assert.equal(document.operations.ShipOrder.action, 'receive');
  assert.equal(document.components.schemas.OrderPlaced.properties.orderId.format, 'uuid');
});

test('the page for people has a section per message', () => {
  const page = messagesPage(contracts);
  assert.match(page, /### OrderPlaced\n\nSomebody wants something\. Version 2, published by orders\./);
  assert.match(page, /\| orderId \| string \(uuid\) \| key \|/);
  assert.match(page, /\| note \| string \| Free text\., optional \|/);
  assert.match(page, /## Commands\n\n### ShipOrder/);
});

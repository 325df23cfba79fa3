import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withoutNamespaces } from '../../src/oots/check-schema.ts';
import { Selector } from '../../src/oots/rules/select.ts';
import { withXml } from '../../src/protocol/xml/index.ts';

const REQUEST = readFileSync(new URL('samples/2.0/request-legal.xml', import.meta.url), 'utf8');

test('a value of nothing but braces costs no more than another: one look at each character', () => {
  const braces = '{'.repeat(5_000_000);
  assert.equal(withoutNamespaces(`Element '{urn:x}Date': '${braces}'.`), `Element 'Date': '${braces}'.`);
});

test('a question with thousands of values is asked for its type once, not once for each value', () => {
  const value = '<sdg:ValueExpression>https://a.example</sdg:ValueExpression>';
  const xml = REQUEST.replace('<sdg:SupportedValue>', `${value.repeat(3)}<sdg:SupportedValue>`);
  withXml(Buffer.from(xml), {}, ({ root }) => {
    const selector = new Selector(root);
    const values = selector.all('//sdg:ValueExpression');
    const types = values.map((one) => selector.below('sdg:Type', selector.parentOf(one)!));
    assert.equal(types[0]!.length, 1);
    assert.ok(types.length >= 3);
    for (const found of types) assert.equal(found, types[0]);
  });
});

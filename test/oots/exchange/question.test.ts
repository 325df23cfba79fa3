import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionOf } from '../../../src/oots/exchange/follow/question.ts';
import { EDM_VERSIONS, readExchangeDocument } from '../../../src/oots/index.ts';
import type { EdmVersionName } from '../../../src/oots/index.ts';
import { sampleNamed } from '../../support/exchange-pair.ts';

const VERSIONS = Object.keys(EDM_VERSIONS) as EdmVersionName[];

function question(document: string): string {
  const { exchange } = readExchangeDocument(Buffer.from(document));
  assert.ok(exchange?.kind === 'request');
  return questionOf(exchange.document);
}

/** Changes that must be changes of the text, or the test would say nothing. */
function changed(document: string, pattern: RegExp, by: string): string {
  const other = document.replace(pattern, by);
  assert.ok(other !== document, String(pattern));
  return other;
}

/** By sample: what makes it another question. */
const OTHERS = {
  'request-natural': [
    /(<sdg:FamilyName[^>]*>)[^<]*/,
    /(<sdg:GivenName>)[^<]*/,
    /(<sdg:EvidenceTypeClassification>)[^<]*/,
  ],
  'request-legal': [/(<sdg:LegalName>)[^<]*/, /(<sdg:LegalPersonIdentifier[^>]*>)[^<]*/],
} as const;

/** What may be another in the second request. */
const SAME = [/( id=")urn:uuid:[^"]*/, /(name="IssueDateTime">\s*<rim:SlotValue[^>]*>\s*<rim:Value>)[^<]*/];

for (const version of VERSIONS)
  for (const [name, others] of Object.entries(OTHERS))
    test(`EDM ${version}, ${name}: another subject or type is another question, another id or time is none`, () => {
      const document = sampleNamed(version, name);
      const first = question(document);
      assert.match(first, /^[0-9a-f]{64}$/);
      for (const pattern of others) assert.notEqual(question(changed(document, pattern, '$1Other')), first);
      for (const pattern of SAME) assert.equal(question(changed(document, pattern, '$1x')), first);
      assert.equal(
        question(changed(document, /(<sdg:(?:FamilyName|LegalName)[^>]*>)([^<]*)/, '$1 $2 ')),
        first,
      );
    });

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import '../support/property-seed.ts';
import { statusOf, submitParts } from '../support/test-gateway.ts';
import type { TestPart } from '../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../support/test-pair.ts';
import type { Pair } from '../support/test-pair.ts';

/** Whatever parts go in, the same come out, in their order. */

let pair: Pair;
const ending = inReverse({ after });
before(async () => {
  pair = await pairGateways(ending);
});

const token = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,20}$/);
const mimeType = fc.oneof(
  fc.constantFrom(
    'application/xml',
    'text/xml',
    'text/plain',
    'application/x-ebrs+xml',
    'image/svg+xml',
    'application/pdf',
    'application/gzip',
    'application/octet-stream',
    'text/plain; charset=iso-8859-1',
    'application/xml; charset="utf-8"',
    'TEXT/PLAIN',
    'Application/XML',
  ),
  fc.tuple(token, token).map(([type, subtype]) => `x-${type}/${subtype}`),
);
/** Printable ASCII without white space and angle brackets: what a header can carry. */
const contentId = fc
  .string({
    unit: fc.constantFrom(...Array.from('abcXYZ019%@!$&\'()*+,;=:/?#[]|"^`{}~._-\\')),
    minLength: 1,
    maxLength: 40,
  })
  .filter((id) => {
    // Two ids that differ in escaping or case only are refused; made distinct below, they must be decodable or literal.
    try {
      return decodeURIComponent(id) === id;
    } catch {
      return true;
    }
  });
const markup = fc
  .array(
    fc.constantFrom(
      '<a>',
      '</a>',
      '<b  x="1"\ty=\'2\'/>',
      'text',
      '\r\n',
      '\n',
      '\r',
      ' ',
      '&amp;',
      '<!-- c -->',
      '<?pi x?>',
      'ä',
      '☃',
      '😀',
      '<![CDATA[<]]>',
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join('').replaceAll('<a>', '<a></a>').replaceAll('</a>', ''))
  .map((inside) => `<r xmlns:p="urn:p">${inside.replaceAll('<a>', '<a/>')}</r>`);
const isXml = (type: string): boolean =>
  /^(text\/xml|application\/xml|(application|image)\/.*\+xml)/i.test(type);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }).map((array) => Buffer.from(array)),
  fc
    .constantFrom('', '\n', '\r', '\r\n', 'a\rb\nc\r\nd', '\ufeffmark', '--quoin-', '\r\n--')
    .map((text) => Buffer.from(text)),
);

const part = fc
  .record({
    contentId: fc.option(contentId, { nil: undefined }),
    mimeType,
    compress: fc.option(fc.boolean(), { nil: undefined }),
  })
  .chain((declared) => {
    const content =
      isXml(declared.mimeType) && declared.compress !== true
        ? markup.map((text) => Buffer.from(text))
        : bytes;
    return content.map((value): TestPart => ({ ...declared, content: value }));
  });
const parts = fc.array(part, { maxLength: 12 }).map((all) => {
  const seen = new Set<string>();
  return all.map((one, i) => {
    const key = one.contentId?.toLowerCase();
    if (key === undefined || !seen.has(key)) {
      if (key !== undefined) seen.add(key);
      return one;
    }
    return { ...one, contentId: `${i}-${one.contentId}` };
  });
});

test('N parts in, the same N out, in order', async () => {
  await fc.assert(
    fc.asyncProperty(parts, fc.constantFrom('Ask', 'Plain', 'SignedOnly'), async (given, action) => {
      const to = { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] };
      const { messageId } = await submitParts(pair.a, { service: SERVICE, action, to }, given);
      await pair.a.settled();
      const { message } = await statusOf(pair.a, messageId);
      const [refusal] = await pair.b.journal();
      assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify([message.failure, refusal?.failure]));
      const [kept] = await pair.b.world.store.findInbound(messageId);
      assert.equal(kept!.parts.length, given.length);
      for (const [i, one] of kept!.parts.entries()) {
        assert.deepEqual(await pair.b.content(one), Buffer.from(given[i]!.content));
        assert.equal(one.mimeType, given[i]!.mimeType);
        const { contentId: id } = given[i]!;
        if (id !== undefined) assert.equal(decodeURIComponent(one.href.slice(4)), id);
      }
    }),
    { numRuns: 40 },
  );
});

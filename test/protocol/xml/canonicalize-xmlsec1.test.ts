import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { canonicalize, childrenNamed, withXml } from '../../../src/protocol/xml/index.ts';
import { arbitraryXml } from './arbitrary-xml.ts';

const installed = spawnSync('xmlsec1', ['--version']).status === 0;
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const EC = 'http://www.w3.org/2001/10/xml-exc-c14n#';

interface Case {
  readonly xml: string;
  readonly prefixes: readonly string[];
}

/** A signature template with a reference to each case, for xmlsec1 to fill in. */
function templateOf(cases: readonly Case[]): string {
  const references = cases.map(
    ({ prefixes }, index) =>
      `<s:Reference URI="#d${index}"><s:Transforms><s:Transform Algorithm="${EC}">` +
      `<ec:InclusiveNamespaces xmlns:ec="${EC}" PrefixList="${prefixes.join(' ')}"/></s:Transform></s:Transforms>` +
      '<s:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><s:DigestValue/></s:Reference>',
  );
  return (
    `<s:Signature xmlns:s="${DS}"><s:SignedInfo><s:CanonicalizationMethod Algorithm="${EC}"/>` +
    `<s:SignatureMethod Algorithm="${DS}hmac-sha1"/>${references.join('')}</s:SignedInfo><s:SignatureValue/></s:Signature>`
  );
}

test(
  'xmlsec1 finds the same digest for hundreds of subtrees with prefix lists',
  { skip: installed ? false : 'xmlsec1 is not installed' },
  (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'quoin-c14n-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const prefixLists = fc.subarray(['a', 'b', 'c', '#default', 'undeclared']);
    const cases = fc
      .sample(fc.tuple(arbitraryXml({ rebinding: true, instructions: true }), prefixLists), 300)
      .map(([{ xml }, prefixes]): Case => ({ xml, prefixes }));
    const subtrees = cases.map(
      ({ xml }, index) =>
        `<w:case xml:id="d${index}" xmlns="urn:default" xmlns:a="urn:outer">${xml}</w:case>`,
    );
    const file = join(folder, 'in.xml');
    writeFileSync(
      file,
      `<w:all xmlns:w="urn:w" xmlns:c="urn:outer">${subtrees.join('\n')}${templateOf(cases)}</w:all>`,
    );
    writeFileSync(join(folder, 'key'), 'any key will do');
    const signed = join(folder, 'out.xml');
    execFileSync('xmlsec1', ['--sign', '--hmackey', join(folder, 'key'), '--output', signed, file]);
    const theirs = [...readFileSync(signed, 'utf8').matchAll(/<s:DigestValue>([^<]*)</g)].map(
      (match) => match[1],
    );

    const limits = { maxBytes: 50_000_000, maxElements: 1_000_000 };
    const ours = withXml(readFileSync(file), limits, (doc) =>
      childrenNamed(doc.root, 'urn:w', 'case').map((element, index) =>
        createHash('sha256').update(canonicalize(element, cases[index]!.prefixes)).digest('base64'),
      ),
    );
    assert.equal(ours.length, 300);
    ours.forEach((digest, index) => assert.equal(digest, theirs[index], JSON.stringify(cases[index])));
  },
);

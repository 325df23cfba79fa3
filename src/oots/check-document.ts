import { isQuoinError } from '../protocol/errors/index.ts';
import { withXml } from '../protocol/xml/index.ts';
import type { XmlDoc } from '../protocol/xml/index.ts';
import { checkSchema } from './check-schema.ts';
import { checkParts } from './check-parts.ts';
import { kindOfAction } from './exchange-header.ts';
import { announcedSpecification, DOCUMENT_LIMITS, kindOf, MAX_FINDINGS } from './read-document.ts';
import type { DocumentKind } from './read-document.ts';
import { HEADER_RULES, RULES } from './rules/index.ts';
import type { HeaderFacts, RuleFinding, Severity } from './rules/index.ts';
import { Selector } from './rules/select.ts';
import { LATEST, versionOf, EDM_VERSIONS } from './versions.ts';
import type { EdmVersion, EdmVersionName } from './versions.ts';

/** What was looked at, as which version, and every rule it breaks: fatal ones first, at most a hundred. */
export interface CheckedDocument {
  readonly kind: DocumentKind;
  readonly version: EdmVersionName;
  readonly findings: readonly RuleFinding[];
}

/** What is known beside the document. */
export interface CheckFacts {
  /** The version of the exchange, when this is not its first message: all its messages use one. */
  readonly version?: EdmVersionName;
  readonly header?: HeaderFacts;
}

const WEIGHTS: Readonly<Record<Severity, number>> = { fatal: 0, warning: 1, caution: 2 };

/** What a message with several versions about it is told (TDD 4.7 2.6.2). */
const VERSIONS_AGREE = 'TDD-4.7-2.6.2';

/**
 * Checks a document of the exchange, and what is given of the header of its message, against the schema and the business
 * rules of its version. The version is the one the header announces, else the one the document does; a known version of
 * the exchange, header and document must agree. Anything that is not XML within the limits is a finding too.
 */
export function checkExchangeDocument(bytes: Uint8Array, facts: CheckFacts = {}): CheckedDocument {
  try {
    return withXml(bytes, DOCUMENT_LIMITS, (doc) => checkParsed(doc, facts));
  } catch (error) {
    if (!isQuoinError(error) || !error.code.startsWith('xml/')) throw error;
    const version = versionOf(headerSpecification(facts.header)) ?? named(facts.version) ?? LATEST;
    const finding: RuleFinding = { rule: 'XML', severity: 'fatal', place: '/', text: error.message };
    return { kind: kindByAction(facts) ?? 'request', version: version.name, findings: [finding] };
  }
}

/** True when a document breaks a rule that makes it invalid. */
export function isInvalid({ findings }: CheckedDocument): boolean {
  return findings.some(({ severity }) => severity === 'fatal');
}

function checkParsed(doc: XmlDoc, facts: CheckFacts): CheckedDocument {
  const { root } = doc;
  const announced = announcedSpecification(root);
  const version =
    versionOf(headerSpecification(facts.header)) ?? versionOf(announced) ?? named(facts.version) ?? LATEST;
  const kind = kindByAction(facts) ?? kindOf(root) ?? 'request';
  const findings = [
    ...checkVersions(announced, facts),
    ...schemaFindings(doc, version),
    ...documentFindings(doc, kind, version),
    ...headerFindings(facts.header, version),
    ...(facts.header === undefined ? [] : checkParts(doc, kind, facts.header)),
  ].sort((a, b) => WEIGHTS[a.severity] - WEIGHTS[b.severity]);
  return { kind, version: version.name, findings: findings.slice(0, MAX_FINDINGS) };
}

function kindByAction({ header }: CheckFacts): DocumentKind | undefined {
  return kindOfAction(header?.action);
}

function headerSpecification(header: HeaderFacts | undefined): string | undefined {
  return header?.messageProperties.find(({ name }) => name === 'SpecificationId')?.value;
}

function named(name: EdmVersionName | undefined): EdmVersion | undefined {
  return name === undefined ? undefined : EDM_VERSIONS[name];
}

/** Whatever announces a version announces a known one, and all announce the same. */
function checkVersions(inDocument: string | undefined, facts: CheckFacts): readonly RuleFinding[] {
  const announcements = [
    ["eb:MessageProperties/eb:Property[@name='SpecificationId']", headerSpecification(facts.header)],
    ["/*/rim:Slot[@name='SpecificationIdentifier']", inDocument],
    ['the exchange', named(facts.version)?.specification],
  ] as const;
  const made = announcements.flatMap(([place, specification]) =>
    specification === undefined ? [] : [{ place, specification }],
  );
  const finding = (place: string, text: string, found: string): RuleFinding => ({
    rule: VERSIONS_AGREE,
    severity: 'fatal',
    place,
    text,
    found: found.slice(0, 80),
  });
  const unknown = made
    .filter(({ specification }) => versionOf(specification) === undefined)
    .map(({ place, specification }) =>
      finding(place, 'The version is one that is known here.', specification),
    );
  const [first, ...others] = made;
  const different = others
    .filter(({ specification }) => specification !== first!.specification)
    .map(({ place, specification }) =>
      finding(
        place,
        `All that announce a version announce the same: ${first!.place} says ${first!.specification.slice(0, 80)}.`,
        specification,
      ),
    );
  return [...unknown, ...different];
}

function schemaFindings(doc: XmlDoc, version: EdmVersion): readonly RuleFinding[] {
  return checkSchema(doc, version).map(({ field, found }) => ({
    rule: 'XSD',
    severity: 'fatal',
    place: field ?? '/',
    text: `The document is valid by the schema of EDM ${version.name}.`,
    ...(found === undefined ? {} : { found }),
  }));
}

function documentFindings({ root }: XmlDoc, kind: DocumentKind, version: EdmVersion): readonly RuleFinding[] {
  const selector = new Selector(root);
  const context = {
    version,
    root: selector.root,
    select: selector.below.bind(selector),
    parentOf: selector.parentOf.bind(selector),
  };
  const rules = RULES[kind].filter(({ versions }) => versions.includes(version.name));
  return rules.flatMap(({ id, severity, text, at, check }) =>
    selector.all(at).flatMap((placed): readonly RuleFinding[] => {
      const found = check.test(placed, context);
      return found === undefined ? [] : [{ rule: id, severity, place: placed.place, text, found }];
    }),
  );
}

function headerFindings(header: HeaderFacts | undefined, version: EdmVersion): readonly RuleFinding[] {
  if (header === undefined) return [];
  const rules = HEADER_RULES.filter(({ versions }) => versions.includes(version.name));
  return rules.flatMap(({ id, severity, place, text, test }): readonly RuleFinding[] => {
    const found = test(header, version);
    return found === undefined ? [] : [{ rule: id, severity, place, text, found }];
  });
}

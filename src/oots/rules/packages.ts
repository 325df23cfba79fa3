import { attribute, childrenNamed } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import { ASSOCIATION_PREFIX, CLASSIFICATION_SCHEME } from '../evidence-bundles.ts';
import { NAMESPACES } from '../namespaces.ts';
import { attributeIs, attributeThat, has, holds, normalized, one, where } from './checks.ts';
import { URN_UUID } from './patterns.ts';
import { PACKAGED_LIST } from './response.ts';
import { fatal, TWO } from './rule.ts';
import type { Check, Placed, Rule, RuleContext } from './rule.ts';

const TOP = '/query:QueryResponse/rim:RegistryObjectList/rim:RegistryObject';
const OBJECT = `${PACKAGED_LIST}/rim:RegistryObject`;
const EVIDENCE = 'rim:Slot(EvidenceMetadata)/rim:SlotValue/sdg:Evidence';

const typeOf = (element: XmlElement): string | undefined => attribute(element, 'type', NAMESPACES.xsi);
const isAssociation = ({ element }: Placed): boolean => typeOf(element) === 'rim:AssociationType';
const isPackage = ({ element }: Placed): boolean => typeOf(element) === 'rim:RegistryPackageType';

const classifications = (element: XmlElement): readonly XmlElement[] =>
  childrenNamed(element, NAMESPACES.rim, 'Classification');

const isEdm = (classification: XmlElement): boolean =>
  attribute(classification, 'classificationScheme') === CLASSIFICATION_SCHEME;

/** True for an object with a role; of the scheme of the exchange, or of any. */
function hasRole(element: XmlElement, role: string, ofScheme: boolean): boolean {
  return classifications(element).some(
    (found) => attribute(found, 'classificationNode') === role && (!ofScheme || isEdm(found)),
  );
}

const SUPPLEMENTS = ['Annex', 'HumanReadableVersion', 'Translation'] as const;

const isSupplement = ({ element }: Placed): boolean =>
  SUPPLEMENTS.some((role) => hasRole(element, role, false));

/** What stands in one list: objects by id, and the ids that are sources of associations. */
interface ListIndex {
  readonly byId: ReadonlyMap<string, readonly XmlElement[]>;
  readonly sources: ReadonlySet<string | undefined>;
}

const NO_LIST: ListIndex = { byId: new Map(), sources: new Set() };

const indexes = new WeakMap<XmlElement, ListIndex>();

/** The index of the list an object stands in; made once, because a list may be long and every association asks. */
function listOf(placed: Placed, context: RuleContext): ListIndex {
  const parent = context.parentOf(placed);
  if (parent === undefined) return NO_LIST;
  const known = indexes.get(parent.element);
  if (known !== undefined) return known;
  const objects = context.select('rim:RegistryObject', parent);
  const byId = new Map<string, XmlElement[]>();
  for (const { element } of objects) {
    const id = attribute(element, 'id');
    const same = id === undefined ? undefined : byId.get(id);
    if (same !== undefined) same.push(element);
    else if (id !== undefined) byId.set(id, [element]);
  }
  const sources = new Set(
    objects.filter(isAssociation).map(({ element }) => attribute(element, 'sourceObject')),
  );
  const index = { byId, sources };
  indexes.set(parent.element, index);
  return index;
}

/** The object an end of an association names has a role. */
function endHasRole(
  placed: Placed,
  context: RuleContext,
  end: string,
  role: string,
  ofScheme: boolean,
): boolean {
  const id = attribute(placed.element, end);
  if (id === undefined) return false;
  return (listOf(placed, context).byId.get(id) ?? []).some((element) => hasRole(element, role, ofScheme));
}

const isOfType =
  (role: string) =>
  (placed: Placed): boolean =>
    isAssociation(placed) && attribute(placed.element, 'type') === ASSOCIATION_PREFIX + role;

const end = (name: 'sourceObject' | 'targetObject', role: string): Check => ({
  name: 'end',
  of: name,
  test: (placed, context) =>
    endHasRole(placed, context, name, role, true)
      ? undefined
      : (attribute(placed.element, name) ?? 'nothing'),
});

const joins =
  (role: string) =>
  (placed: Placed, context: RuleContext): boolean =>
    isAssociation(placed) &&
    endHasRole(placed, context, 'sourceObject', role, false) &&
    endHasRole(placed, context, 'targetObject', 'MainEvidence', false);

const NUMBERS = {
  Annex: ['R-EDM-RESP-S052', 'R-EDM-RESP-S056', 'R-EDM-RESP-S059'],
  HumanReadableVersion: ['R-EDM-RESP-S053', 'R-EDM-RESP-S057', 'R-EDM-RESP-S061'],
  Translation: ['R-EDM-RESP-S054', 'R-EDM-RESP-S058', 'R-EDM-RESP-S060'],
} as const;

const isSource = holds((placed, context) => {
  const id = attribute(placed.element, 'id');
  return id !== undefined && listOf(placed, context).sources.has(id) ? undefined : 'no association';
});

const MAIN_ELEMENTS = [
  'Identifier',
  'IssuingDate',
  'IsAbout',
  'IssuingAuthority',
  'IsConformantTo',
  'Distribution',
];

const complete = holds((placed, { select }) =>
  MAIN_ELEMENTS.find((name) => select(`${EVIDENCE}/sdg:${name}`, placed).length === 0),
);

const FORBIDDEN = ['IsAbout', 'IssuingAuthority', 'IsConformantTo', 'ValidityPeriod', 'IssuingDate'];

const brief = holds((placed, { select }) =>
  [...FORBIDDEN.map((name) => `sdg:${name}`), 'sdg:Distribution/sdg:ConformsTo'].find(
    (path) => select(`${EVIDENCE}/${path}`, placed).length > 0,
  ),
);

const oneRole = holds(({ element }) => {
  const found = classifications(element).filter(isEdm).length;
  return found === 1 ? undefined : String(found);
});

const mainInside = holds((placed, { select }) =>
  select('rim:RegistryObject', placed).some(({ element }) => hasRole(element, 'MainEvidence', false))
    ? undefined
    : 'none',
);

/** How the packages of EDM 2.0 are built (R-EDM-RESP-S046 to -S066, TDD 4.5.2 2.6). */
export const PACKAGES: readonly Rule[] = [
  fatal(
    'R-EDM-RESP-S046',
    TWO,
    TOP,
    where(isPackage, one('rim:RegistryObjectList')),
    'A package has one list of objects.',
  ),
  fatal('R-EDM-RESP-S047', TWO, PACKAGED_LIST, mainInside, 'A package has a main evidence.'),
  fatal(
    'R-EDM-RESP-S048',
    TWO,
    OBJECT,
    where((placed) => !isAssociation(placed), oneRole),
    'A document is classified once by the scheme of the exchange.',
  ),
  fatal(
    'R-EDM-RESP-S049',
    TWO,
    `${OBJECT}/rim:Classification`,
    where(({ element }) => isEdm(element), attributeIs('classificationNode', 'MainEvidence', ...SUPPLEMENTS)),
    'A document is a MainEvidence, Annex, HumanReadableVersion or Translation.',
  ),
  fatal(
    'R-EDM-RESP-S050',
    TWO,
    OBJECT,
    where(isSupplement, isSource),
    'What belongs to a main evidence is the source of an association.',
  ),
  fatal(
    'R-EDM-RESP-S051',
    TWO,
    OBJECT,
    where(isAssociation, has('sourceObject')),
    'An association has a source.',
  ),
  fatal(
    'R-EDM-RESP-S055',
    TWO,
    OBJECT,
    where(isAssociation, has('targetObject')),
    'An association has a target.',
  ),
  ...SUPPLEMENTS.flatMap((role): readonly Rule[] => {
    const [source, target, backwards] = NUMBERS[role];
    return [
      fatal(
        source,
        TWO,
        OBJECT,
        where(isOfType(role), end('sourceObject', role)),
        `The source of an association ${role} is classified so.`,
      ),
      fatal(
        target,
        TWO,
        OBJECT,
        where(isOfType(role), end('targetObject', 'MainEvidence')),
        `The target of an association ${role} is a main evidence.`,
      ),
      fatal(
        backwards,
        TWO,
        OBJECT,
        where(joins(role), attributeIs('type', ASSOCIATION_PREFIX + role)),
        `What ties a document classified ${role} to a main evidence is an association of that type.`,
      ),
    ];
  }),
  fatal(
    'R-EDM-RESP-S062',
    TWO,
    OBJECT,
    where(({ element }) => hasRole(element, 'MainEvidence', false), complete),
    'A main evidence says what it is, about whom, who issued it, when, of which type and in which form.',
  ),
  fatal(
    'R-EDM-RESP-S063',
    TWO,
    OBJECT,
    where(isSupplement, brief),
    'What belongs to a main evidence repeats nothing that the main evidence says.',
  ),
  fatal(
    'R-EDM-RESP-S065',
    TWO,
    `${OBJECT}/rim:Classification`,
    attributeThat('id', (found) => URN_UUID.test(normalized(found))),
    'The id of a classification is urn:uuid: and a UUID.',
  ),
  fatal(
    'R-EDM-RESP-S066',
    TWO,
    TOP,
    holds((placed) => (isPackage(placed) ? undefined : (typeOf(placed.element) ?? 'no type'))),
    'The list of a response holds packages only.',
  ),
];

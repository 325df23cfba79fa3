import { codeOf, holds, some, text, where } from './checks.ts';
import { ASSOCIATED_DOCUMENTS, MEDIA_TYPES } from './code-lists.ts';
import { language, repository, uuid } from './families.ts';
import { CLASSIFICATION_PATH, CLASSIFICATION_PATH_FIRST, DATA_MODEL_PATH } from './patterns.ts';
import { ALL, fatal, LATER, mild, ONE, ONE_LATER, TWO } from './rule.ts';
import type { Check, Rule } from './rule.ts';

const ASKED =
  '/query:QueryRequest/query:Query/rim:Slot(EvidenceRequest)/rim:SlotValue/sdg:DataServiceEvidenceType';
const FORM = `${ASKED}/sdg:DistributedAs`;
const STRUCTURED = ['application/xml', 'application/json'];

const needsModel = where(
  (placed, { select }) => STRUCTURED.includes(select('sdg:Format', placed)[0]?.element.content ?? ''),
  some('sdg:ConformsTo'),
);

const besideModel = holds((placed, context) => {
  const parent = context.parentOf(placed);
  const found = parent === undefined ? 0 : context.select('sdg:ConformsTo', parent).length;
  return found === 1 ? undefined : String(found);
});

/** Without an environment in the host: the code of production. */
const inProduction = text((found) => !/^https:\/\/sr\.[a-zA-Z]+\.oots\./.test(found));

const CLASSIFICATIONS = {
  '1.0': CLASSIFICATION_PATH_FIRST,
  '1.1': CLASSIFICATION_PATH,
  '1.2': CLASSIFICATION_PATH,
  '2.0': CLASSIFICATION_PATH,
};

/** The evidence type that is asked for (R-EDM-REQ-C, TDD 4.6). */
export const EVIDENCE_TYPE: readonly Rule[] = [
  fatal('R-EDM-REQ-C026', ALL, `${ASKED}/sdg:Identifier`, uuid, 'The evidence type is known by a UUID.'),
  fatal(
    'R-EDM-REQ-C027',
    ALL,
    `${ASKED}/sdg:EvidenceTypeClassification`,
    repository(CLASSIFICATIONS),
    'The classification is the address of an evidence type of a country in the semantic repository.',
  ),
  mild(
    'caution',
    fatal(
      'R-EDM-REQ-C115',
      LATER,
      `${ASKED}/sdg:EvidenceTypeClassification`,
      inProduction,
      'The classification is one of production.',
    ),
  ),
  ...language(ALL, `${ASKED}/sdg:Title`, 'R-EDM-REQ-C029', 'R-EDM-REQ-C028'),
  ...language(ALL, `${ASKED}/sdg:Description`, 'R-EDM-REQ-C031', 'R-EDM-REQ-C030'),
  fatal('R-EDM-REQ-C032', ONE, ASKED, distributions(), 'At most one distribution is asked for.'),
  fatal('R-EDM-REQ-C032', TWO, ASKED, distributions(), 'At least one distribution is asked for.'),
  fatal(
    'R-EDM-REQ-C033',
    ALL,
    `${FORM}/sdg:Format`,
    codeOf(MEDIA_TYPES),
    'The format is a media type of the list OOTSMediaTypes.',
  ),
  fatal(
    'R-EDM-REQ-C034',
    ALL,
    `${FORM}/sdg:ConformsTo`,
    repository(DATA_MODEL_PATH),
    'The data model is one of the semantic repository.',
  ),
  fatal(
    'R-EDM-REQ-C035',
    ONE,
    `${FORM}/sdg:Transformation`,
    repository(DATA_MODEL_PATH),
    'The transformation is one of the semantic repository.',
  ),
  mild(
    'caution',
    fatal(
      'R-EDM-REQ-C113',
      ONE_LATER,
      `${FORM}/sdg:Transformation`,
      inProduction,
      'The transformation is one of production.',
    ),
  ),
  fatal(
    'R-EDM-REQ-C072',
    ONE_LATER,
    `${FORM}/sdg:Transformation`,
    besideModel,
    'A transformation has its data model beside it.',
  ),
  fatal('R-EDM-REQ-C070', ALL, FORM, needsModel, 'A structured format (XML, JSON) names its data model.'),
  fatal(
    'R-EDM-REQ-C119',
    TWO,
    `${FORM}/sdg:AssociatedDocumentRequest`,
    codeOf(ASSOCIATED_DOCUMENTS),
    'What is asked for beside the evidence is Annex, HumanReadableVersion or Translation.',
  ),
];

/** As many distributions as the version has. */
function distributions(): Check {
  const of = 'sdg:DistributedAs';
  return {
    name: 'count',
    of,
    test(
      placed,
      {
        select,
        version: {
          distributions: { min, max },
        },
      },
    ) {
      const found = select(of, placed).length;
      return found >= min && found <= max ? undefined : String(found);
    },
  };
}

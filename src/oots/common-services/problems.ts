import { attribute } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import type { DirectoryQuestion, ProblemKind, ServiceProblem } from './answers.ts';
import { childOf, childrenOf, localizedIn, slotIn, textIn } from './read-elements.ts';

/** The codes of the lists EBErrorCodes and DSDErrorCodes. */
const PROBLEMS: Readonly<Record<string, readonly [kind: ProblemKind, meaning: string]>> = {
  'EB:ERR:0001': ['nothing-found', 'Nothing fits the question.'],
  'EB:ERR:0002': ['nothing-found', 'The requirement is not known.'],
  'EB:ERR:0003': ['wrong-question', 'A parameter is wrong or missing.'],
  'EB:ERR:0004': ['wrong-question', 'The level of jurisdiction is wrong (1.x only).'],
  'EB:ERR:0005': ['wrong-question', 'The procedure is not known.'],
  'EB:ERR:0006': ['wrong-question', 'The country is not known.'],
  'EB:ERR:0007': ['wrong-question', 'The query is not known.'],
  'DSD:ERR:0001': ['nothing-found', 'Nobody gives evidence of this type there.'],
  'DSD:ERR:0002': ['nothing-found', 'The evidence type is not known.'],
  'DSD:ERR:0003': ['wrong-question', 'A parameter is wrong or missing.'],
  'DSD:ERR:0004': ['wrong-question', 'The query is not known.'],
  'DSD:ERR:0005': ['ask-user', 'The user must say more before a provider can be found.'],
  'DSD:ERR:0006': ['wrong-question', 'What the user said is no value of its list.'],
};

/** A told failure (`rs:Exception`), with the questions of DSD:ERR:0005. */
export function readProblem(exception: XmlElement | undefined): ServiceProblem {
  const text = (name: string): string | undefined => exception && attribute(exception, name);
  const code = text('code') ?? '';
  const [kind, meaning] = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code]! : (['unknown'] as const);
  const message = text('message');
  const detail = text('detail');
  return {
    code,
    kind,
    ...(meaning === undefined ? {} : { meaning }),
    ...(message === undefined ? {} : { message }),
    ...(detail === undefined ? {} : { detail }),
    questions: exception === undefined ? [] : questionsIn(exception),
  };
}

function questionsIn(exception: XmlElement): readonly DirectoryQuestion[] {
  return [
    ...valuesIn(exception, 'JurisdictionDetermination', 'EvidenceProviderJurisdictionDetermination').map(
      (value): DirectoryQuestion => ({
        identifier: textIn(value, 'JurisdictionContextId'),
        about: 'jurisdiction',
        type: textIn(value, 'JurisdictionLevel'),
        descriptions: localizedIn(value, 'JurisdictionContext'),
      }),
    ),
    ...valuesIn(exception, 'UserRequestedClassificationConcepts', 'EvidenceProviderClassification').map(
      (value): DirectoryQuestion => ({
        identifier: textIn(value, 'Identifier'),
        about: 'classification',
        type: textIn(value, 'Type'),
        descriptions: localizedIn(value, 'Description'),
      }),
    ),
  ];
}

/** Values of a slot, alone or as elements of a collection. */
function valuesIn(exception: XmlElement, slot: string, name: string): readonly XmlElement[] {
  const value = slotIn(exception, slot);
  if (value === undefined) return [];
  const alone = childOf(value, 'sdg', name);
  return alone === undefined
    ? childrenOf(value, 'rim', 'Element').flatMap((element) => childrenOf(element, 'sdg', name))
    : [alone];
}

import type {
  EdmVersionName,
  FoundAccessPoint,
  FoundDataService,
  FoundEvidence,
  FoundEvidenceType,
  FoundRequirement,
  Identifier,
  LocalizedText,
} from '../../../oots/index.ts';

/** Evidence that can be asked for: what it proves, who gives it, and the way there. */
export interface Offer {
  readonly key: string;
  readonly title: string;
  readonly office: string;
  readonly version: EdmVersionName;
  readonly requirement: FoundRequirement;
  readonly type: FoundEvidenceType;
  readonly service: FoundDataService;
  readonly accessPoint: FoundAccessPoint;
  readonly provider: { readonly identifier: Identifier; readonly names: readonly LocalizedText[] };
}

/** Evidence of this title from this office, as a form names it. */
export function offerKey(title: string, office: string): string {
  return `${title} ${office}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** Everything to which the way is free: a P-Mode leads there, in a version that both sides speak. */
export function offersIn({ requirements }: FoundEvidence): readonly Offer[] {
  return requirements.flatMap((requirement) =>
    requirement.lists.flatMap(({ evidenceTypes }) =>
      evidenceTypes.flatMap((type) =>
        type.services.flatMap((service) =>
          service.accessPoints.flatMap((accessPoint) => offersAt(requirement, type, service, accessPoint)),
        ),
      ),
    ),
  );
}

function offersAt(
  requirement: FoundRequirement,
  type: FoundEvidenceType,
  service: FoundDataService,
  accessPoint: FoundAccessPoint,
): readonly Offer[] {
  const { version, ready, publishers } = accessPoint;
  if (version === undefined || !ready) return [];
  const title = inEnglish(type.titles);
  return publishers.map(({ identifier, names }) => {
    const office = inEnglish(names);
    return {
      key: offerKey(title, office),
      title,
      office,
      version,
      requirement,
      type,
      service,
      accessPoint,
      provider: { identifier, names },
    };
  });
}

/** A text in English, else in the first language there is. */
export function inEnglish(texts: readonly LocalizedText[]): string {
  return (texts.find(({ lang }) => lang === 'EN') ?? texts[0])?.text ?? '';
}

/** What a check of the document of a message found, as the API tells it. */
export interface DocumentView {
  readonly verdict: 'valid' | 'invalid';
  readonly version: string;
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly place: string;
    readonly text: string;
    readonly found?: string;
  }[];
}

/** Findings that are told one by one; the rest is in --json. */
const MOST_TOLD = 20;

/** A label, and what stands beside it. */
type Fact = readonly [label: string, value: string | undefined];

/** The check of a document as lines for people: the verdict, then a line for each finding, fatal ones first. */
export function documentFacts(document: DocumentView | undefined): readonly Fact[] {
  if (document === undefined) return [];
  const { verdict, version, findings } = document;
  const counted =
    findings.length === 0 ? '' : `, ${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  const more = findings.length - MOST_TOLD;
  return [
    ['document', `${verdict}, EDM ${version}${counted}`],
    ...findings
      .slice(0, MOST_TOLD)
      .map(({ rule, severity, place, text, found }): Fact => [
        severity,
        `${rule} at ${place}: ${text}${found === undefined ? '' : ` Found: ${found}`}`,
      ]),
    ['', more > 0 ? `and ${more} more: --json has them all` : undefined],
  ];
}

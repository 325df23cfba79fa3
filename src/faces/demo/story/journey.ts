/** The steps of the user journey, as the Once-Only Technical System numbers and names them. */
export const JOURNEY = [
  'Authentication',
  'Evidence location',
  'Evidence request',
  'Redirection to preview',
  'Preview',
  'Evidence response',
  'Submit procedure',
] as const;

/** Number of a step, as people count. */
export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7;

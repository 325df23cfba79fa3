/** Whether new submissions may be taken; both reject with the reason. What repeats an accepted one is not new. */
export interface Intake {
  /** For anybody. */
  readonly mayTake: () => Promise<void>;
  /** For one partner, by its local name. */
  readonly mayTakeFor: (partner: string) => Promise<void>;
}

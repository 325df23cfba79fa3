import type { Keeping } from './kept.ts';

/** An identifier and the scheme it belongs to (`sdg:Identifier`). */
export interface Identifier extends Keeping {
  readonly value: string;
  /** `schemeID`: for an agent `urn:cef.eu:names:identifier:EAS:<code>` or `urn:oasis:…:unregistered:<country>`. */
  readonly scheme?: string;
}

/** A text in one language (`sdg:Name`, `sdg:Title`, `sdg:Description`). */
export interface LocalizedText extends Keeping {
  readonly text: string;
  /** Code in capitals, for example `EN`. */
  readonly lang?: string;
}

/** An address; nothing but the country is ever required (`sdg:Address`, TDD 4.5.1 3.2). */
export interface Address extends Keeping {
  readonly fullAddress?: string;
  readonly locatorDesignator?: string;
  readonly postCode?: string;
  readonly postCityName?: string;
  readonly thoroughfare?: string;
  /** Country code; Greece is `EL`. */
  readonly country: string;
  /** NUTS code (`AdminUnitLevel2`). */
  readonly region?: string;
}

/** Where an agent is competent (`sdg:Jurisdiction`); only in EDM 1.x. */
export interface Jurisdiction extends Keeping {
  readonly country: string;
  readonly region?: string;
  readonly municipality?: string;
}

/** What an agent is in an exchange (code list AgentClassification). */
export type AgentClassification = 'ER' | 'IP' | 'EP' | 'ERRP';

/** An organisation that takes part in an exchange (`sdg:Agent`, TDD 4.5.1 3.2). */
export interface Agent extends Keeping {
  readonly identifier: Identifier;
  readonly names: readonly LocalizedText[];
  readonly address?: Address;
  readonly jurisdiction?: Jurisdiction;
  /** Of `AgentClassification`; any other text is a breach that the rules name. */
  readonly classification?: string;
}

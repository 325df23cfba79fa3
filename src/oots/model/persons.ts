import type { Address, Identifier } from './basics.ts';
import type { Keeping } from './kept.ts';

/** An attribute of a sector beside the minimum data set (`sdg:SectorSpecificAttribute`). */
export interface SectorSpecificAttribute extends Keeping {
  readonly name: string;
  readonly uri: string;
  readonly value: string;
}

/** A natural person: the one the evidence is about, or who represents them (`sdg:Person`, TDD 4.5.1 3.6). */
export interface NaturalPerson extends Keeping {
  /** `Low`, `Substantial` or `High`; in requests only. */
  readonly levelOfAssurance?: string;
  /** `XX/YY/…` of scheme `eidas`. */
  readonly identifier?: Identifier;
  /** Its non-Latin writing, where there is one (EDM 1.1 and later), is `kept.asides.familyName`; so for the other names. */
  readonly familyName: string;
  readonly givenName: string;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string;
  readonly birthName?: string;
  readonly placeOfBirth?: string;
  /** Country code; this and the next four since EDM 1.1. */
  readonly countryOfBirth?: string;
  readonly townOfBirth?: string;
  /** Country codes. */
  readonly nationalities?: readonly string[];
  /** Country code. */
  readonly countryOfResidence?: string;
  readonly currentAddress?: Address;
  readonly gender?: string;
  readonly phoneNumber?: string;
  readonly emailAddress?: string;
  readonly attributes?: readonly SectorSpecificAttribute[];
}

/** A legal person (`sdg:LegalPerson`, TDD 4.5.1 3.7). */
export interface LegalPerson extends Keeping {
  readonly levelOfAssurance?: string;
  /** National and sectoral identifiers; schemes VAT, TAX, BusinessCode, LEI, EORI, SEED, SIC. */
  readonly identifiers?: readonly Identifier[];
  /** `XX/YY/…` of scheme `eidas`. */
  readonly legalPersonIdentifier?: Identifier;
  readonly legalName: string;
  readonly registeredAddress?: Address;
  readonly legalPhoneNumber?: string;
  readonly legalEmailAddress?: string;
  readonly attributes?: readonly SectorSpecificAttribute[];
}

import type { Agent, NaturalPerson } from '../../../oots/index.ts';
import { PROCEDURE_COUNTRY } from '../directory/demo-content.ts';

/** Who goes through the journey; an eID would say so. */
export const CITIZEN: NaturalPerson = {
  levelOfAssurance: 'High',
  identifier: { value: 'PT/AT/123123123', scheme: 'eidas' },
  familyName: 'Łukasiewicz-Ñandú',
  givenName: 'Zoë',
  dateOfBirth: '1998-02-17',
};

/** Who asks for the evidence. */
export const UNIVERSITY: Agent = {
  identifier: { value: '4711000022', scheme: 'urn:cef.eu:names:identifier:EAS:0088' },
  names: [{ text: 'Newport University', lang: 'EN' }],
  address: { country: PROCEDURE_COUNTRY },
};

import fc from 'fast-check';

/**
 * One seed for all property tests, so that a run can be repeated and a red build means a change, not a dice roll. To look
 * for new counterexamples, give another one: `QUOIN_SEED=$RANDOM npm test`.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['QUOIN_SEED'] ?? 20_261_123) });

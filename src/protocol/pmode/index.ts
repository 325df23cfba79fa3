/**
 * Processing modes: reading, checking and matching them (ebMS3 appendix D, eDelivery AS4 1.15 §1.4.5), and the reading
 * of settings files that the configuration shares.
 */
export type * from './types.ts';
export { parsePMode, pmodeChecks, pmodeJsonSchema } from './parse.ts';
export type { ParsedPMode } from './parse.ts';
export type { PModeCheck } from './check-table.ts';
export { loadPModes, loadChecks } from './load.ts';
export type { LoadedPModes, PModeFileText } from './load.ts';
export { matchLeg, isMismatch } from './match.ts';
export { governingLeg } from './routes.ts';
export { explainMatch } from './explain.ts';
export { ourselvesIn } from './country.ts';
export { weakModes } from './weak-modes.ts';
export { diffPModes } from './diff.ts';
export type { PModeChange } from './diff.ts';
export { isPlainHttp, isLoopback } from './plain-http.ts';
export { writePMode } from './write.ts';
export { isOfExchange } from './oots-uris.ts';
export { profiles, profileChain } from './profiles.ts';
export type { Profile, ProfileName } from './profiles.ts';
export { formatProblem, hasErrors, pathText, sortProblems } from './problems.ts';
export type { PModeProblem, PathSegment, SettingPath } from './problems.ts';
export { readYaml } from './yaml-source.ts';
export type { SettingsSource, YamlLimits } from './yaml-source.ts';
export { checkShape, isConsequence, shapeChecks } from './shape.ts';
export type { Shaped } from './shape.ts';
export { isSecretAt, jsonSchemaOf, schemasAt } from './json-schema.ts';
export type { JsonSchema } from './json-schema.ts';
export { mergeLayers } from './layers.ts';
export type { Layer, Merged, Origin } from './layers.ts';
export { deepFreeze } from './freeze.ts';
export { nearestName, suggest } from './nearest.ts';
export {
  DURATION_PATTERN,
  SIZE_PATTERN,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  roundSize,
} from './units.ts';

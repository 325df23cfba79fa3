/** Environment and files become one frozen, validated snapshot; the folder of P-Modes becomes texts. */
export type * from './types.ts';
export { loadConfig, configJsonSchema } from './load-config.ts';
export type { ConfigSources, LoadedConfig } from './load-config.ts';
export type { ConfigFile } from './file-shape.ts';
export { configChecks } from './checks.ts';
export type { ConfigCheck } from './check-table.ts';
export { configDefaults } from './defaults.ts';
export { variableOf, variables } from './environment.ts';
export { databaseAddress } from './database-url.ts';
export { readPModeFolder } from './read-pmodes.ts';
export type { ReadPModes } from './read-pmodes.ts';
export { diffSettings } from './settings.ts';
export type { Setting } from './settings.ts';
export { webhookHeaders, webhookSecrets } from './webhooks.ts';
export { showConfig } from './show-config.ts';
export { API_SCOPES, loadApiKeys, parseApiKeys } from './api-keys.ts';
export type { ApiKey, ApiScope, LoadedApiKeys } from './api-keys.ts';

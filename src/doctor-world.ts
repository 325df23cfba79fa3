import { loadConfig } from './config/index.ts';
import { examine } from './doctor/index.ts';
import type { Examination, Finished } from './doctor/index.ts';
import type { ExamineOptions } from './faces/cli/index.ts';
import { listenerTls, transportTls } from './gateway-tls.ts';
import { formatProblem } from './protocol/pmode/index.ts';

/** Examines what a configuration describes, whether it can be used or not. */
export async function examineConfigured(
  { config: file, demo, ...options }: ExamineOptions,
  report: (finished: Finished) => void,
): Promise<Examination> {
  const { config, problems } = loadConfig({ file, env: process.env, overrides: demo ? { demo } : {} });
  return await examine(
    {
      ...options,
      config,
      settings: problems.map((problem) => ({
        severity: problem.severity,
        text: formatProblem(problem).replace(/^\w+: /, ''),
      })),
      doorTls: () => listenerTls(config?.listeners.as4.tls),
      outboundTls: async () => (config === undefined ? {} : await transportTls(config.outbound.tls)),
    },
    report,
  );
}

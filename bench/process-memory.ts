import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process in bytes: now, and the most since the last reset. Linux only. */
export interface ProcessMemory {
  readonly now: number;
  readonly peak: number;
}

/** Reads VmRSS and VmHWM. */
export function memoryOf(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** Makes the peak start anew from what is resident now. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

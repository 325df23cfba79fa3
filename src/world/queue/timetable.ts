/** Something to be done at a time, ms since the epoch. */
export interface Appointment {
  readonly at: number;
  readonly row: string;
}

/** Appointments by time; those of one time in no order. A row is kept once for each of its times. */
export interface Timetable {
  readonly add: (appointment: Appointment) => void;
  /** The time of the next one. */
  readonly next: () => number | undefined;
  /** Takes out all that are due, the earliest first. */
  readonly due: (now: number) => readonly string[];
  readonly size: () => number;
  readonly clear: () => void;
}

/** A timetable as a binary heap: adding and taking cost the logarithm of what waits. */
export function createTimetable(): Timetable {
  const heap: Appointment[] = [];
  const known = new Set<string>();
  return {
    add: (appointment) => {
      const key = keyOf(appointment);
      if (known.has(key)) return;
      known.add(key);
      heap.push(appointment);
      rise(heap, heap.length - 1);
    },
    next: () => heap[0]?.at,
    due: (now) => {
      const rows: string[] = [];
      while (heap[0] !== undefined && heap[0].at <= now) {
        const appointment = takeFirst(heap);
        known.delete(keyOf(appointment));
        rows.push(appointment.row);
      }
      return rows;
    },
    size: () => heap.length,
    clear: () => {
      heap.length = 0;
      known.clear();
    },
  };
}

function keyOf({ at, row }: Appointment): string {
  return `${at} ${row}`;
}

function takeFirst(heap: Appointment[]): Appointment {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length > 0) {
    heap[0] = last;
    sink(heap, 0);
  }
  return first;
}

function rise(heap: Appointment[], from: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (heap[parent]!.at <= heap[index]!.at) return;
    swap(heap, parent, index);
    index = parent;
  }
}

function sink(heap: Appointment[], from: number): void {
  let index = from;
  for (;;) {
    const child = earlierChild(heap, index);
    if (child === undefined || heap[index]!.at <= heap[child]!.at) return;
    swap(heap, index, child);
    index = child;
  }
}

function earlierChild(heap: readonly Appointment[], index: number): number | undefined {
  const left = 2 * index + 1;
  if (left >= heap.length) return undefined;
  const right = left + 1;
  return right < heap.length && heap[right]!.at < heap[left]!.at ? right : left;
}

function swap(heap: Appointment[], a: number, b: number): void {
  const kept = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = kept;
}

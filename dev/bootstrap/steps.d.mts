/** Reports work that takes a while. */
export type Steps = {
  /** Says what begins, repeats it every few seconds while it lasts, and says how long it took. Throws what `act` throws.
   * `doing` is a phrase like "installing packages"; `progress` adds how far it has come. */
  step<T>(name: string, doing: string, act: () => Promise<T> | T, progress?: () => string): Promise<T>
  say(line: string): void
}

/** Prints lines, in a terminal and into a log file alike: nothing is overwritten. */
export function printSteps(write?: (line: string) => void, colours?: boolean, heartbeatMs?: number): Steps
export const silentSteps: Steps

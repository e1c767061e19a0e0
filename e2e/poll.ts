import { setTimeout as sleep } from 'node:timers/promises'

/** Reads again until a value is accepted or the time is over; resolves to the last value. */
export async function poll<T>(
  read: () => Promise<T>,
  isAccepted: (value: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await read()
    if (isAccepted(value) || Date.now() > deadline) return value
    await sleep(100)
  }
}

import * as operations from './journey/operations.ts'
import { type PublicClient, untilResult } from './public-client.ts'

/** Waits until the booking leaves `state`. Resolves to its next state. */
export async function bookingStateAfter(
  state: string,
  client: PublicClient,
  bookingId: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const { bookingStatus } = await untilResult(
    client.subscribe<{ bookingStatus: { state: string } | null }>(operations.watchBooking, { bookingId }),
    timeoutMs,
    `the end of ${state}`,
    ({ bookingStatus }) => bookingStatus?.state !== state,
  )
  return bookingStatus?.state
}

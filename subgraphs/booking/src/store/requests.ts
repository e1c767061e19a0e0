import { createHash } from 'node:crypto'
import { deleteOlderThan, type Pool, type Queryable, type Transaction } from '@holdfast/service/postgres'

/** A successful request of a customer, kept so that a repetition is answered with the same booking. */
export interface EarlierRequest {
  readonly operation: string
  readonly inputHash: Buffer
  readonly bookingId: string
}

export const hashOf = (input: unknown): Buffer => createHash('sha256').update(JSON.stringify(input)).digest()

/** Whether the earlier request was for the same operation with the same input. */
export const isSameRequest = (earlier: EarlierRequest, operation: string, inputHash: Buffer): boolean =>
  earlier.operation === operation && earlier.inputHash.equals(inputHash)

export async function findRequest(db: Queryable, customerId: string, requestId: string) {
  const { rows } = await db.query<EarlierRequest>(
    `select operation, input_hash as "inputHash", booking_id as "bookingId"
     from booking.request
     where customer_id = $1 and request_id = $2`,
    [customerId, requestId],
  )
  return rows[0]
}

/** Throws SQLSTATE 23505 on request_pkey when another request with the same id has committed first. */
export async function saveRequest(
  tx: Transaction,
  request: EarlierRequest & { readonly customerId: string; readonly requestId: string },
): Promise<void> {
  await tx.query(
    `insert into booking.request (customer_id, request_id, operation, input_hash, booking_id) values ($1, $2, $3, $4, $5)`,
    [request.customerId, request.requestId, request.operation, request.inputHash, request.bookingId],
  )
}

/** Deletes requests that are too old to be repeated. */
export const deleteOldRequests = (pool: Pool, signal: AbortSignal) =>
  deleteOlderThan(pool, { table: 'booking.request', column: 'created_at', keepFor: '30 days' }, signal)

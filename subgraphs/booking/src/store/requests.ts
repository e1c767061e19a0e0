import { createHash } from 'node:crypto'
import { deleteOlderThan, type Pool, type Queryable, type Transaction } from '@holdfast/service/postgres'

/** A mutation that took something, as it is remembered. */
export interface RememberedRequest {
  readonly operation: string
  readonly inputHash: Buffer
  readonly bookingId: string
}

export const hashOf = (input: unknown): Buffer => createHash('sha256').update(JSON.stringify(input)).digest()

/** Whether the remembered request is the same as one of this operation with this input. */
export const isRepeated = (known: RememberedRequest, operation: string, inputHash: Buffer): boolean =>
  known.operation === operation && known.inputHash.equals(inputHash)

export async function requestOf(
  db: Queryable,
  customerId: string,
  requestId: string,
): Promise<RememberedRequest | undefined> {
  const { rows } = await db.query<RememberedRequest>(
    `select operation, input_hash as "inputHash", booking_id as "bookingId"
     from booking.request
     where customer_id = $1 and request_id = $2`,
    [customerId, requestId],
  )
  return rows[0]
}

/** Throws SQLSTATE 23505 on request_pkey when somebody was faster with the same id. */
export async function rememberRequest(
  tx: Transaction,
  request: RememberedRequest & { readonly customerId: string; readonly requestId: string },
): Promise<void> {
  await tx.query(
    `insert into booking.request (customer_id, request_id, operation, input_hash, booking_id) values ($1, $2, $3, $4, $5)`,
    [request.customerId, request.requestId, request.operation, request.inputHash, request.bookingId],
  )
}

/** Nobody repeats a request after a month. */
export const forgetRequests = (pool: Pool, signal: AbortSignal) =>
  deleteOlderThan(pool, { table: 'booking.request', column: 'created_at', keepFor: '30 days' }, signal)

import type { FareLine } from '@holdfast/contracts'
import type { PrismaClient } from '@holdfast/database'
import { visibleTo } from '@holdfast/service/graphql'
import { isUuid, type Viewer } from '@holdfast/service/identity'
import type { Pool } from '@holdfast/service/postgres'
import DataLoader from 'dataloader'
import type { Receipt } from '../domain/receipt.ts'
import { paymentsOfCustomer } from './payments.ts'

/** What a viewer may read, batched per request. */
export function loadersFor(pool: Pool, prisma: PrismaClient, viewer: Viewer) {
  const visible = visibleTo(viewer)
  const customerId = visible && visible !== 'all' ? visible.customerId : null
  const found = <T>(load: (ids: string[]) => Promise<readonly (readonly [key: string, T])[]>) =>
    new DataLoader<string, T | null>(async (keys) => {
      const rows = new Map(visible ? await load(keys.filter(isUuid).map((key) => key.toLowerCase())) : [])
      return keys.map((key) => rows.get(key.toLowerCase()) ?? null)
    })

  return {
    payment: found(async (ids) =>
      (await paymentsOfCustomer(pool, customerId, 'id', ids)).map((payment) => [payment.id, payment]),
    ),
    /** By booking id: its latest attempt. */
    latestPayment: found(async (ids) =>
      (await paymentsOfCustomer(pool, customerId, 'booking_id', ids)).map((payment) => [payment.bookingId, payment]),
    ),
    /** By booking id. */
    receipt: found(async (ids) => {
      const rows = await prisma.receipt.findMany({
        where: { booking_id: { in: ids }, ...(customerId && { customer_id: customerId }) },
      })
      return rows.map((row): [string, Receipt] => [
        row.booking_id,
        {
          number: Number(row.number),
          issuedAt: row.issued_at,
          currency: row.currency,
          grossMinor: row.gross_minor,
          netMinor: row.net_minor,
          vatMinor: row.vat_minor,
          vatBasisPoints: row.vat_basis_points,
          outstandingMinor: row.outstanding_minor,
          // Written by issueReceipt only.
          lines: row.lines as unknown as readonly FareLine[],
        },
      ])
    }),
  }
}

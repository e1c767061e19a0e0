import type { FareLine } from '@holdfast/contracts'
import type { PrismaClient } from '@holdfast/database'
import { visibleTo } from '@holdfast/service/graphql'
import { isUuid, type Viewer } from '@holdfast/service/identity'
import DataLoader from 'dataloader'
import type { Payment } from '../domain/payment.ts'
import type { Receipt } from '../domain/receipt.ts'
import { toPayment } from './payment-row.ts'

/** What a viewer may read, batched per request. */
export interface Loaders {
  readonly payment: DataLoader<string, Payment | null>
  /** By booking id: its latest attempt. */
  readonly latestPayment: DataLoader<string, Payment | null>
  /** By booking id. */
  readonly receipt: DataLoader<string, Receipt | null>
}

export function loadersFor(prisma: PrismaClient, viewer: Viewer): Loaders {
  const visible = visibleTo(viewer)
  const own = visible && visible !== 'all' ? { customer_id: visible.customerId } : {}
  const found = <T>(load: (ids: string[]) => Promise<ReadonlyMap<string, T>>) =>
    new DataLoader<string, T | null>(async (keys) => {
      const rows = visible ? await load(keys.filter(isUuid).map((key) => key.toLowerCase())) : new Map<string, T>()
      return keys.map((key) => rows.get(key.toLowerCase()) ?? null)
    })

  return {
    payment: found(async (ids) => {
      const rows = await prisma.payment.findMany({ where: { id: { in: ids }, ...own } })
      return new Map(rows.map((row) => [row.id, toPayment(row)]))
    }),
    latestPayment: found(async (ids) => {
      const rows = await prisma.payment.findMany({
        where: { booking_id: { in: ids }, ...own },
        orderBy: { attempt: 'asc' },
      })
      return new Map(rows.map((row) => [row.booking_id, toPayment(row)]))
    }),
    receipt: found(async (ids) => {
      const rows = await prisma.receipt.findMany({ where: { booking_id: { in: ids }, ...own } })
      return new Map(
        rows.map((row) => [
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
            lines: row.lines as unknown as readonly FareLine[],
          },
        ]),
      )
    }),
  }
}

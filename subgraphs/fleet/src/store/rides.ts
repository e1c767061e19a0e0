/** Trips and commands as their riders and operators read them. */
import type { PrismaClient } from '@holdfast/database'
import type { Command } from '../domain/command.ts'
import type { Eye } from '../domain/sight.ts'
import { asCommand } from './commands.ts'
import { asTrip, type Trip } from './trips.ts'

/** A rider has their own trips, an operator all, nobody else any. */
const whose = ({ role, id }: Eye) => (role === 'operator' ? {} : { rider_id: id })
const mayRead = ({ role }: Eye) => role === 'operator' || role === 'customer'

export async function tripsOf(prisma: PrismaClient, eye: Eye, bookingIds: readonly string[]): Promise<Trip[]> {
  if (!mayRead(eye)) return []
  const rows = await prisma.trip.findMany({ where: { booking_id: { in: [...bookingIds] }, ...whose(eye) } })
  return rows.map(asTrip)
}

export async function tripsById(prisma: PrismaClient, eye: Eye, ids: readonly string[]): Promise<Trip[]> {
  if (!mayRead(eye)) return []
  return (await prisma.trip.findMany({ where: { id: { in: [...ids] }, ...whose(eye) } })).map(asTrip)
}

/** Newest first. A rider sees all commands of a booking when they gave one of them: its locking by the house too. */
export async function commandsOf(prisma: PrismaClient, eye: Eye, bookingIds: readonly string[]): Promise<Command[]> {
  if (!mayRead(eye)) return []
  const rows = await prisma.command.findMany({
    where: { booking_id: { in: [...bookingIds] } },
    orderBy: [{ requested_at: 'desc' }, { counter: 'desc' }],
  })
  const commands = rows.map((row) => asCommand({ ...row, counter: Number(row.counter) }))
  if (eye.role === 'operator') return commands
  const own = new Set(commands.filter(({ riderId }) => riderId === eye.id).map(({ bookingId }) => bookingId))
  return commands.filter(({ bookingId }) => own.has(bookingId))
}

export async function commandsById(prisma: PrismaClient, eye: Eye, ids: readonly string[]): Promise<Command[]> {
  if (!mayRead(eye)) return []
  const rows = await prisma.command.findMany({ where: { id: { in: [...ids] } }, select: { booking_id: true } })
  const wanted = new Set(ids)
  return (await commandsOf(prisma, eye, [...new Set(rows.map(({ booking_id }) => booking_id))])).filter(({ id }) =>
    wanted.has(id),
  )
}

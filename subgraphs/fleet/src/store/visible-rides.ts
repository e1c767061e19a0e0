/** Trips and commands as far as a viewer may see them. */
import type { Visibility } from '@holdfast/service/domain'
import type { Pool } from '@holdfast/service/postgres'
import type { Command } from '../domain/command.ts'
import { commandColumns } from './commands.ts'
import { selectTrips, type Trip, type TripRow, tripFrom } from './trips.ts'

/** Null reads the rows of all riders. */
const riderOf = (visibility: Visibility) => (visibility === 'all' ? null : visibility.customerId)

export const visibleTrips = async (
  pool: Pool,
  visibility: Visibility,
  by: 'id' | 'booking_id',
  ids: readonly string[],
): Promise<Trip[]> => {
  const { rows } = await pool.query<TripRow>({
    name: `visible trips by ${by}`,
    text: `${selectTrips} where ${by} = any($1::uuid[]) and ($2::uuid is null or rider_id = $2)`,
    values: [ids, riderOf(visibility)],
  })
  return rows.map(tripFrom)
}

/** Newest first. A rider who issued one command of a booking sees all of them, also those that Holdfast issued. */
export const visibleCommands = async (
  pool: Pool,
  visibility: Visibility,
  by: 'id' | 'booking_id',
  ids: readonly string[],
): Promise<Command[]> => {
  const { rows } = await pool.query<Command>({
    name: `visible commands by ${by}`,
    text: `
      select ${commandColumns} from fleet.command c
      where c.${by} = any($1::uuid[]) and ($2::uuid is null or exists (
        select from fleet.command own where own.booking_id = c.booking_id and own.rider_id = $2))
      order by c.requested_at desc, c.counter desc`,
    values: [ids, riderOf(visibility)],
  })
  return rows
}

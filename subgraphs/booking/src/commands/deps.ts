import type { Pool } from '@holdfast/service/postgres'

/** What a command of a viewer works with. A command that an event causes gets the transaction of that event instead. */
export interface Deps {
  readonly pool: Pool
}

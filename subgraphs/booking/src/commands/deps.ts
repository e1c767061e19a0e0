import type { Pool } from '@holdfast/service/postgres'

/** What the commands that viewers send work with. A command that an event causes gets the transaction of the event. */
export interface Deps {
  readonly pool: Pool
}

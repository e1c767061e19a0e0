import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { z } from 'zod'

/** One value for each vehicle, in a SQLite file that one process at a time can have open. */
export type VehicleStore<T> = ReturnType<typeof openVehicleStore<T>>

/** Opens the file, which is created with its folder when missing; throws when another process has it open. */
export function openVehicleStore<T>(file: string, schema: z.ZodType<T>) {
  mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // SQLite's file lock belongs to the process and ends with it, however it ends. A file with a process id would not work:
    // two containers that share a volume number their processes independently.
    // With a write-ahead log and full synchronisation each commit is durable; a rollback journal, SQLite's default, can lose
    // the last commit in a power failure.
    database.exec(`
      pragma locking_mode = exclusive;
      pragma journal_mode = wal;
      pragma synchronous = full;
      create table if not exists vehicle (device_id text primary key, value text not null) strict;
      begin exclusive; commit`)
  } catch (cause) {
    database.close()
    throw new Error(`${file} cannot be opened: another agent has it open, or it is not writable`, { cause })
  }
  const select = database.prepare('select value from vehicle where device_id = ?')
  const upsert = database.prepare(
    'insert into vehicle values (?, ?) on conflict (device_id) do update set value = excluded.value',
  )
  /** On disk when it returns: neither a killed process nor a power failure takes it back. */
  const save = (deviceId: string, value: T): void => {
    upsert.run(deviceId, JSON.stringify(value))
  }

  return {
    load(deviceId: string): T | undefined {
      const row = select.get(deviceId)
      return row && schema.parse(JSON.parse(String(row['value'])))
    },
    save,
    /** All or none of them. */
    saveAll(values: Iterable<readonly [deviceId: string, value: T]>): void {
      database.exec('begin')
      try {
        for (const [deviceId, value] of values) save(deviceId, value)
        database.exec('commit')
      } catch (error) {
        if (database.isTransaction) database.exec('rollback')
        throw error
      }
    },
    [Symbol.dispose]: () => database.close(),
  }
}

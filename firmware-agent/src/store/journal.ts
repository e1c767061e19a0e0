/**
 * What the vehicles of this process must not forget: one append-only file of JSON lines.
 *
 * A line is on disk before the promise of a durable append ends. After a crash at most the last line is torn, and a
 * torn line was never promised. When the file has grown it is replaced, atomically, by one that holds only the present.
 */
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Ack, CommandAction, LockState, parseJson } from '@holdfast/contracts'
import { z } from 'zod'
import { type Answer, type Memory, nothingRemembered, remember } from '../domain/command.ts'
import { claim } from './claim.ts'

const Whereabouts = z.object({
  latitude: z.number(),
  longitude: z.number(),
  batteryPercent: z.number(),
  odometer: z.number(),
})
export type Whereabouts = z.infer<typeof Whereabouts>

/** Where the bolt of a simulated lock is, and how often it has been moved in its life. */
const Bolt = z.object({ at: LockState, moves: z.int() })
export type Bolt = z.infer<typeof Bolt>

const Line = z.union([
  z.object({
    device: z.string(),
    counter: z.int(),
    answer: z.object({ action: CommandAction, ack: Ack.extend({ cid: z.uuid() }) }),
  }),
  z.object({ device: z.string(), bolt: Bolt }),
  z.object({ device: z.string(), whereabouts: Whereabouts }),
])
type Line = z.infer<typeof Line>

interface Kept {
  readonly memory: Memory
  readonly bolt?: Bolt
  readonly whereabouts?: Whereabouts
}

export interface Journal extends AsyncDisposable {
  kept(device: string): Kept
  /** Durable when it ends. */
  remember(device: string, counter: number, answer: Answer): Promise<void>
  /** Durable when it ends. */
  moveBolt(device: string, at: LockState): Promise<void>
  /** Soon on disk; a lost position is measured again. */
  noteWhereabouts(device: string, whereabouts: Whereabouts): void
}

/** Bytes after which the file is rewritten. 1,200 vehicles with full memories are about 15 MB. */
const longestJournal = 64 * 1_024 * 1_024

const fileName = 'vehicles.jsonl'

/**
 * Opens the journal in `directory`, which is made when missing; throws when another process has it open. `failed` hears
 * of a disk that no longer writes. The file is rewritten past `longest` bytes, or twice the present if that is more.
 */
export async function openJournal(
  directory: string,
  failed: (error: unknown) => void,
  longest: number = longestJournal,
): Promise<Journal> {
  await mkdir(directory, { recursive: true })
  const claimed = claim(directory)
  const path = join(directory, fileName)
  const vehicles = replay(await readFile(path, 'utf8').catch(absent))
  let file = await replaced(path, vehicles)
  let size = (await file.stat()).size
  let limit = Math.max(longest, 2 * size)

  let queue: { text: string; durable: boolean; done: () => void; failed: (error: unknown) => void }[] = []
  let writing: Promise<void> | null = null

  // Lines that arrive while the disk is busy go together: one flush for many vehicles.
  const drain = async () => {
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        const text = batch.map((entry) => entry.text).join('')
        await file.appendFile(text)
        size += text.length
        if (batch.some((entry) => entry.durable)) await file.datasync()
        if (size > limit) {
          const old = file
          file = await replaced(path, vehicles)
          size = (await file.stat()).size
          limit = Math.max(longest, 2 * size)
          await old.close()
        }
        for (const entry of batch) entry.done()
      } catch (error) {
        for (const entry of batch) entry.failed(error)
        failed(error)
      }
    }
    writing = null
  }

  const append = (line: Line, durable: boolean) => {
    vehicles.set(line.device, applied(vehicles.get(line.device), line))
    return new Promise<void>((done, fail) => {
      queue.push({ text: `${JSON.stringify(line)}\n`, durable, done, failed: fail })
      writing ??= drain()
    })
  }

  return {
    kept: (device) => vehicles.get(device) ?? { memory: nothingRemembered },
    remember: (device, counter, answer) => append({ device, counter, answer }, true),
    moveBolt: (device, at) =>
      append({ device, bolt: { at, moves: (vehicles.get(device)?.bolt?.moves ?? 0) + 1 } }, true),
    noteWhereabouts: (device, whereabouts) => {
      append({ device, whereabouts }, false).catch(() => {}) // the disk's failure has been told to `failed`
    },
    async [Symbol.asyncDispose]() {
      while (writing) await writing
      await file.datasync()
      await file.close()
      claimed[Symbol.dispose]()
    },
  }
}

function replay(text: string): Map<string, Kept> {
  const vehicles = new Map<string, Kept>()
  for (const raw of text.split('\n')) {
    const line = Line.safeParse(parseJson(Buffer.from(raw)))
    if (line.success) vehicles.set(line.data.device, applied(vehicles.get(line.data.device), line.data))
  }
  return vehicles
}

function applied(kept: Kept = { memory: nothingRemembered }, line: Line): Kept {
  if ('answer' in line) return { ...kept, memory: remember(kept.memory, line.counter, line.answer) }
  if ('bolt' in line) return { ...kept, bolt: line.bolt }
  return { ...kept, whereabouts: line.whereabouts }
}

function* lines(vehicles: ReadonlyMap<string, Kept>): Generator<Line> {
  for (const [device, { memory, bolt, whereabouts }] of vehicles) {
    for (const answer of memory.answers) yield { device, counter: memory.counter, answer }
    if (bolt) yield { device, bolt }
    if (whereabouts) yield { device, whereabouts }
  }
}

async function replaced(path: string, vehicles: ReadonlyMap<string, Kept>): Promise<FileHandle> {
  const next = `${path}.next`
  const file = await open(next, 'w')
  const text = [...lines(vehicles)].map((line) => `${JSON.stringify(line)}\n`).join('')
  await file.writeFile(text)
  await file.datasync()
  await rename(next, path)
  await using directory = await open(dirname(path))
  await directory.sync() // or the rename itself could be lost with the power
  return file
}

const absent = (error: NodeJS.ErrnoException): string => {
  if (error.code === 'ENOENT') return ''
  throw error
}

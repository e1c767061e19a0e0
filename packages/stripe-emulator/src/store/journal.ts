import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'

/** What one transaction left behind. A line is applied whole or, when the process died while writing it, not at all. */
export interface JournalLine {
  readonly put: readonly { object: string; id: string }[]
  readonly gone: readonly [object: string, id: string][]
  /** How many ids had been given out after it. */
  readonly minted: number
  /** Where ids come from; in the first line. */
  readonly seed?: string
}

/**
 * An append-only file, one JSON line per transaction, written before its effect is visible.
 * What was written survives the death of the process; it is not flushed per line, so it may not survive the machine's.
 */
export class Journal implements Disposable {
  readonly #path: string
  #file: number
  /** Bytes of whole lines. */
  #size: number

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'a', onlyForTheOwner)
    this.#size = fstatSync(this.#file).size
  }

  /** All whole lines of the file, one after the other; none when it does not exist. Only the last line may be torn. */
  static *read(path: string): Generator<JournalLine> {
    if (!existsSync(path)) return
    const file = openSync(path, 'r')
    try {
      let number = 0
      for (const { text, whole } of linesOf(file)) {
        number += 1
        const line = parsed(text)
        if (line) yield line
        else if (whole) throw new Error(`${path}: line ${number} is not JSON; the file is damaged`)
      }
    } finally {
      closeSync(file)
    }
  }

  /** When it throws, nothing was written. */
  append(line: JournalLine): void {
    const bytes = encoded(line)
    try {
      writeFileSync(this.#file, bytes)
    } catch (error) {
      // A full disk takes half a line, and the next one must not be glued to it.
      ftruncateSync(this.#file, this.#size)
      throw error
    }
    this.#size += bytes.length
  }

  /** Puts these lines in place of all others; whoever dies in between leaves the old file or the new one. */
  replace(lines: Iterable<JournalLine>): void {
    const next = `${this.#path}.next`
    rmSync(next, { force: true })
    // For appending, like the first: any other file would go on behind the half line that was cut off.
    const file = openSync(next, 'a', onlyForTheOwner)
    try {
      let waiting: Buffer[] = []
      let size = 0
      const write = () => {
        writeFileSync(file, Buffer.concat(waiting))
        waiting = []
      }
      for (const line of lines) {
        const bytes = encoded(line)
        size += bytes.length
        waiting.push(bytes)
        if (waiting.length === linesAtOnce) write()
      }
      write()
      fsyncSync(file)
      renameSync(next, this.#path)
      closeSync(this.#file)
      this.#file = file
      this.#size = size
    } catch (error) {
      closeSync(file)
      throw error
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }
}

/** The secrets of webhook endpoints are in it. */
const onlyForTheOwner = 0o600

const linesAtOnce = 1_000

const bytesAtOnce = 1_048_576

const encoded = (line: JournalLine): Buffer => Buffer.from(`${JSON.stringify(line)}\n`)

/** The lines of a file, which may be larger than any text can be; `whole` is false for a last one without its end. */
function* linesOf(file: number): Generator<{ text: string; whole: boolean }> {
  const chunk = Buffer.alloc(bytesAtOnce)
  let pieces: Buffer[] = []
  for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
    let from = 0
    for (let end = chunk.indexOf(10, from); end !== -1 && end < size; end = chunk.indexOf(10, from)) {
      yield { text: Buffer.concat([...pieces, chunk.subarray(from, end)]).toString(), whole: true }
      pieces = []
      from = end + 1
    }
    pieces.push(Buffer.from(chunk.subarray(from, size)))
  }
  yield { text: Buffer.concat(pieces).toString(), whole: false }
}

function parsed(text: string): JournalLine | undefined {
  try {
    return JSON.parse(text) as JournalLine
  } catch {
    return undefined
  }
}

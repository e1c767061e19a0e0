import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

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

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'a')
  }

  /** All whole lines of the file; none when it does not exist. Only the last line may be torn. */
  static read(path: string): JournalLine[] {
    if (!existsSync(path)) return []
    const lines = readFileSync(path, 'utf8').split('\n')
    const torn = lines.pop()
    if (torn) lines.push(...(isJson(torn) ? [torn] : []))
    return lines.map((line, index) => {
      try {
        return JSON.parse(line) as JournalLine
      } catch {
        throw new Error(`${path}: line ${index + 1} is not JSON; the file is damaged`)
      }
    })
  }

  append(line: JournalLine): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`)
  }

  /** Puts one line in place of all others; whoever dies in between leaves the old file or the new one. */
  replace(line: JournalLine): void {
    const next = `${this.#path}.next`
    const file = openSync(next, 'w')
    writeSync(file, `${JSON.stringify(line)}\n`)
    fsyncSync(file)
    renameSync(next, this.#path)
    closeSync(this.#file)
    this.#file = file
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

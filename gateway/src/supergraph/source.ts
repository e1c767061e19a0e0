import { readFile, stat } from 'node:fs/promises'
import { type Log, repeat } from '@holdfast/service/process'

const filePollMs = 200
const urlPollMs = 10_000
const urlTimeoutMs = 5_000
const sizeLimit = 32_000_000 // bytes; the largest public supergraphs are a tenth of it

/** Where the supergraph is read from. */
export type Source = ReturnType<typeof supergraphSource>

/** From a file path or an http(s) URL. Both are polled: a file by its time and size, a URL by its text. */
export function supergraphSource(place: string, log: Log) {
  const remote = /^https?:\/\//.test(place)
  const read = remote ? () => download(place) : () => readFile(place, 'utf8')
  let last: string | undefined

  return {
    /** The SDL as it is now. */
    read: async () => {
      last = await read()
      return last
    },
    /** Calls `changed` with each new SDL until aborted. Failed reads are logged and repeated later. */
    watch: async (signal: AbortSignal, changed: (sdl: string) => Promise<void>) => {
      let mark = '' // Not that of the file: it may have changed since it was read.
      await repeat(signal, remote ? urlPollMs : filePollMs, log, async () => {
        const now = remote ? undefined : await fileMark(place)
        if (now === mark) return
        const sdl = await read()
        mark = now ?? mark
        if (sdl === last || sdl.trim() === '') return // An empty file is just being written.
        last = sdl
        await changed(sdl)
      })
    },
  }
}

async function fileMark(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path)
  return `${mtimeMs} ${size} ${ino}`
}

async function download(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(urlTimeoutMs) })
  if (!response.ok) throw new Error(`The supergraph could not be read: HTTP ${response.status}`)
  const text = await response.text()
  if (text.length > sizeLimit) throw new Error('The supergraph is too large')
  return text
}

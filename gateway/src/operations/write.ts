/** Changes to a registry's files: whole or not at all, for whoever reads them meanwhile. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from './faults.ts'

/** Puts `content` at `path` in one step, in place of what stood there. */
export async function replaceFile(path: string, content: unknown): Promise<void> {
  await rename(await written(path, content), path)
}

/** Puts `content` at `path` in one step; false when something stands there, which stays. */
export async function createFile(path: string, content: unknown): Promise<boolean> {
  const temporary = await written(path, content)
  try {
    await link(temporary, path)
    return true
  } catch (err) {
    if (codeOf(err) === 'EEXIST') return false
    throw err
  } finally {
    await unlink(temporary)
  }
}

async function written(path: string, content: unknown): Promise<string> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${randomUUID()}`) // Names with a dot in front are not read.
  await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`)
  return temporary
}

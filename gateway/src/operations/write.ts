/**
 * Changes to a registry's files: whole or not at all, for whoever reads them meanwhile. They are written in the registry's
 * folder and moved to their places, so that the time of this one folder tells of every change.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from './faults.ts'

/** Puts `content` at `path` in one step, in place of what stood there. */
export async function replaceFile(folder: string, path: string, content: unknown): Promise<void> {
  await rename(await written(folder, path, content), path)
}

/** Puts `content` at `path` in one step; false when something stands there, which stays. */
export async function createFile(folder: string, path: string, content: unknown): Promise<boolean> {
  const temporary = await written(folder, path, content)
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

async function written(folder: string, path: string, content: unknown): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(folder, `.${randomUUID()}`) // Names with a dot in front are not read.
  await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`)
  return temporary
}
